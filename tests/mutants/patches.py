# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What breaks each guarantee, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

CORE = ".".join(version("ansible-core").split(".")[:2])
UTILS = "plugins/module_utils"
UNIT = "tests/unit/plugins"
CREATION, SECRET_FILE = f"{UNIT}/module_utils/test_creation.py", f"{UNIT}/plugin_utils/test_secret_store.py"
SIGNALS, INFLUXCTL = f"{UNIT}/module_utils/test_signals.py", f"{UNIT}/module_utils/test_influxctl.py"
TOKEN_TASK, ACCEPTANCE = f"{UNIT}/module_utils/test_token_task.py", f"{UNIT}/module_utils/test_acceptance.py"
RENEWAL, GRANTED, HISTORIES = (
    f"{UNIT}/module_utils/test_life_cycle_{name}.py" for name in ("renewal", "granted", "histories")
)
TOKEN_MODULES = f"{UNIT}/modules/test_token_modules.py"
HOSTS = f"{UNIT}/module_utils/test_secret_file_hosts.py"
CONFIG_FILE = f"{UNIT}/modules/test_influxctl_config_file.py"
DELIVERY = f"{CONFIG_FILE}::TestDelivery"
PROFILE_STORE, MINTING = (f"{UNIT}/plugin_utils/test_{name}.py" for name in ("profile_store", "minting"))
PROFILE_ACTION = f"{UNIT}/action/test_influxctl_profile.py"
ACTION = f"{UNIT}/plugin_utils/test_action.py"
HOST = f"{UNIT}/plugin_utils/test_host.py"
WAYS = f"tests/leaks/test_ways.py::test_no_way_of_running_a_task_shows_a_secret[ansible-core {CORE}]"
INTERRUPTS = "tests/integration/test_interrupts.py"
MATRIX = "tests/faults/test_matrix.py::test_a_fault_of_a_writing_request"


@dataclass(frozen=True)
class Mutant:
    """A guarantee, the change of a file that breaks it, and the tests one of which must fail then."""

    guarantee: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "a result with a token is hidden",
        "plugins/plugin_utils/_action.py",
        'result["_ansible_no_log"] = True',
        "pass",
        (f"{ACTION}::test_a_result_with_a_token_and_no_other_is_hidden",),
    ),
    Mutant(
        "a task whose token nobody would receive is refused",
        "plugins/plugin_utils/_action.py",
        " and not self._task.register:\n",
        " and False:\n",
        (f"{ACTION}::test_what_nobody_would_receive_is_refused",),
    ),
    Mutant(
        "a background task is refused",
        "plugins/plugin_utils/_action.py",
        "        if self._task.async_val:\n",
        "        if False:\n",
        (f"{ACTION}::test_what_nobody_would_receive_is_refused",),
    ),
    Mutant(
        "the connection does not print the result of a module",
        "plugins/plugin_utils/_host.py",
        "    play_context.no_log = True\n",
        "    play_context.no_log = before\n",
        (f"{HOST}::test_what_comes_back_is_not_printed_and_everything_is_as_before_afterwards",),
    ),
    Mutant(
        "the controller's variables do not reach the command line of a host",
        "plugins/plugin_utils/_host.py",
        "for name, value in given.items() if not name.startswith(_OWN_VARIABLES)",
        "for name, value in given.items()",
        (f"{HOST}::test_the_variables_of_the_controller_stay_there",),
    ),
    Mutant(
        "no signal ends the call that brings a secret to its host",
        "plugins/plugin_utils/_secret_store.py",
        'uninterrupted=operation == "write"',
        "uninterrupted=False",
        (f"{SECRET_FILE}::test_a_write_is_not_interrupted",),
    ),
    Mutant(
        "what carries a secret ignores signals, whatever its shell does with a mask",
        "plugins/plugin_utils/_host.py",
        "                    signal.signal(number, signal.SIG_IGN)\n",
        "                    pass\n",
        (f"{HOST}::test_signals_end_no_half_of_a_delivery",),
    ),
    Mutant(
        "no failure of a delivery takes the name of the token along",
        f"{UTILS}/_creation.py",
        "        except Exception as error:  # noqa",
        "        except ZeroDivisionError as error:  # noqa",
        (f"{CREATION}::test_a_token_of_which_it_is_not_known_whether_it_arrived_is_kept_and_named",),
    ),
    Mutant(
        "a token that may have arrived is not revoked",
        "plugins/plugin_utils/_secret_store.py",
        'kind = DeliveryUnknownError if operation == "write" else StoreError',
        "kind = StoreError",
        (f"{SECRET_FILE}::test_a_write_without_an_answer_may_have_been_one",),
    ),
    Mutant(
        "a loosened mode is mended",
        f"{UTILS}/_token_task.py",
        "        store.mend()\n",
        "        pass\n",
        (f"{TOKEN_TASK}::test_a_loosened_file_is_mended_and_that_is_a_change",),
    ),
    Mutant(
        "Ansible is told what it must never print",
        f"{UTILS}/_redaction.py",
        "        register_secret(secret)\n",
        "        pass\n",
        (f"{ACTION}::test_ansible_is_told_of_the_secrets",),
    ),
    Mutant(
        "a message about a wrong option does not quote a token",
        "plugins/plugin_utils/_action.py",
        "hide_arguments(str(error), self.definition, arguments)",
        "str(error)",
        (f"{ACTION}::test_a_secret_in_the_wrong_place_is_not_shown",),
    ),
    Mutant(
        "a token given as an option is hidden",
        f"{UTILS}/_connection.py",
        '"management_token": {"type": "str", "no_log": True}',
        '"management_token": {"type": "str"}',
        (f"{UNIT}/module_utils/test_arguments.py::test_the_only_secret_among_the_options_is_marked",),
    ),
    Mutant(
        "a token that nobody received is found and revoked",
        f"{UTILS}/_creation.py",
        "        self._clean_up(ours, cause)\n",
        "",
        (f"{MATRIX}[create database token-dropped after-once]",),
    ),
    Mutant(
        "what another host makes while an answer is lost is not revoked",
        f"{UTILS}/_creation.py",
        "[token for token in found if token.is_surely_of(self._new)]",
        "[token for token in found if token.is_of(self._new)]",
        (CREATION, "tests/faults/test_matrix.py::test_what_another_host_makes_at_the_same_moment_survives"),
    ),
    Mutant(
        "an expiry proves something only where it was chosen at random",
        f"{UTILS}/_tokens.py",
        "self.is_of(new) and new.is_marked and self.expires_at",
        "self.is_of(new) and self.expires_at",
        (CREATION,),
    ),
    Mutant(
        "the hosts of a play ask for different expiries",
        f"{UTILS}/_token_task.py",
        "_mark(self._desired))",
        "timedelta())",
        (f"{TOKEN_TASK}::test_the_expiry_of_a_lifetime_is_earlier_by_chance",),
    ),
    Mutant(
        "a token made by influxctl that nobody received is found and revoked",
        f"{UTILS}/_influxctl_failures.py",
        "return AmbiguousCreationError(error) if attempt.operation is Operation.CREATE else error",
        "return error",
        (f"{MATRIX}[create management token-dropped after-once]",),
    ),
    Mutant(
        "a token that appears late is waited for",
        f"{UTILS}/_creation.py",
        "            if left <= 0:\n",
        "            if True:\n",
        (f"{MATRIX}[create database token-delayed, then changed-once]",),
    ),
    Mutant(
        "of more tokens than were asked for none is revoked",
        f"{UTILS}/_creation.py",
        " or len(ours) > self._unsettled:",
        ":",
        (f"{CREATION}::test_where_others_have_hit_on_the_same_expiry_nothing_is_revoked",),
    ),
    Mutant(
        "a creation is not sent again without a look",
        f"{UTILS}/_database_tokens.py",
        "body=body, again=False)",
        "body=body)",
        (f"{MATRIX}[create database token-502 with HTML after-once]",),
    ),
    Mutant(
        "a token without a secret is revoked",
        f"{UTILS}/_database_tokens.py",
        'raise AmbiguousCreationError(SecretMissingError(f"The answer to {what} holds no accessToken."), token)',
        'raise SecretMissingError(f"The answer to {what} holds no accessToken.")',
        (f"{MATRIX}[create database token-no secret-once]",),
    ),
    Mutant(
        "a token that is not found is revoked only if the list says so",
        f"{UTILS}/_database_tokens.py",
        '            self._require_revoked(token_id, f"The service answered 404 when {what}")\n',
        "            pass\n",
        (f"{MATRIX}[revoke database token-404 with HTML-once]",),
    ),
    Mutant(
        "a secret file is checked before a token is made",
        f"{UTILS}/_token_task.py",
        "store.try_to_write()",
        "pass",
        (f"{TOKEN_TASK}::test_nothing_is_created_where_the_secret_could_not_be_stored",),
    ),
    Mutant(
        "a secret file is its owner's alone",
        f"{UTILS}/_host_file.py",
        "os.fchmod(descriptor, 0o600)",
        "os.fchmod(descriptor, 0o640)",
        (f"{SECRET_FILE}::test_the_secret_is_private_from_its_first_byte",),
    ),
    Mutant(
        "what no side file fits is not taken for the token that one names",
        f"{UTILS}/_side_file.py",
        'next((entry for entry in self.entries() if entry["sha256"] == sha256), None)',
        "next(iter(self.entries()), None)",
        (f"{SECRET_FILE}::test_another_secret_than_the_one_that_was_written_is_not_ours",),
    ),
    Mutant(
        "a file that is not ours is left alone",
        f"{UTILS}/_secret_file.py",
        "        if held is None and content and not self._take_over:\n",
        "        if False:\n",
        (
            f"{SECRET_FILE}::test_something_else_in_the_place_of_a_secret_is_refused_by_name",
            f"{TOKEN_MODULES}::test_a_file_of_somebody_elses_is_refused",
        ),
    ),
    Mutant(
        "a write replaces exactly what was read",
        f"{UTILS}/_secret_file.py",
        "            if sha256_of(found) != expected:\n",
        "            if False:\n",
        (
            f"{SECRET_FILE}::test_what_has_changed_since_it_was_read_is_left_alone",
            f"{TOKEN_TASK}::test_what_another_run_has_written_meanwhile_is_kept",
        ),
    ),
    Mutant(
        "a file that has changed since it was read is not removed",
        f"{UTILS}/_secret_file.py",
        "            if sha256_of(self._look()[0]) != expected:\n",
        "            if False:\n",
        (f"{UNIT}/modules/test_secret_file.py::test_what_has_changed_since_it_was_read_is_left_alone",),
    ),
    Mutant(
        "a token that another run has made since this one began is not replaced by force",
        f"{UTILS}/_token_task.py",
        "        elif held is not None and held.created_at >= self._began:\n",
        "        elif False:\n",
        (f"{TOKEN_TASK}::test_what_another_run_has_written_meanwhile_is_kept",),
    ),
    Mutant(
        "something else in the place of a side file is left alone",
        f"{UTILS}/_side_file.py",
        "        if not _is_side(content):\n",
        "        if not _is_side(content):\n            return\n        if False:\n",
        (f"{SECRET_FILE}::test_something_else_in_the_place_of_the_side_file_is_refused_by_name",),
    ),
    Mutant(
        "the only copy of a live secret is not overwritten",
        f"{UTILS}/_life_cycle.py",
        "        if len(fitting) > 1:\n",
        "        if fitting:\n",
        (f"{TOKEN_TASK}::test_the_only_copy_of_a_live_secret_is_not_overwritten",),
    ),
    Mutant(
        "the only copy of a live secret is not removed",
        f"{UTILS}/_life_cycle.py",
        "    _refuse_other_description(situation, held)\n",
        "",
        (f"{TOKEN_TASK}::test_the_only_copy_of_a_live_secret_is_not_removed",),
    ),
    Mutant(
        "secret and side file are complete before either is replaced",
        f"{UTILS}/_secret_file.py",
        "            os.replace(written[0], self._side.path)\n",
        "                if path == self._side.path:\n                    os.replace(written[0], path)\n",
        (f"{SECRET_FILE}::test_a_failure_on_the_way_leaves_the_old_secret_and_what_fits_it",),
    ),
    Mutant(
        "whichever secret a death in between leaves, the side file fits it",
        f"{UTILS}/_side_file.py",
        '"before": None if before is None else dict(before)',
        '"before": None',
        (f"{SECRET_FILE}::test_a_failure_on_the_way_leaves_the_old_secret_and_what_fits_it",),
    ),
    Mutant(
        "a token that cannot be delivered is revoked",
        f"{UTILS}/_creation.py",
        "            self._clean_up([created.token], error)\n",
        "",
        (f"{CREATION}::test_a_token_whose_file_cannot_be_written_is_revoked",),
    ),
    Mutant(
        "a signal waits for the delivery",
        f"{UTILS}/_signals.py",
        "                signal.signal(number, self._note)\n",
        "",
        (f"{SIGNALS}::test_a_signal_waits_for_the_end_of_the_block",),
    ),
    Mutant(
        "no signal is held for ever",
        f"{UTILS}/_signals.py",
        "        timer.start()\n",
        "",
        (f"{SIGNALS}::test_a_hold_is_over_at_its_limit_whatever_is_going_on",),
    ),
    Mutant(
        "the token of an interrupted task is revoked",
        f"{UTILS}/_creation.py",
        "return hold.interrupted or not self._run.has_receiver()",
        "return not self._run.has_receiver()",
        (f"{CREATION}::test_the_token_of_an_interrupted_task_is_revoked_before_the_signal_is_passed_on",),
    ),
    Mutant(
        "a token whose receiver is gone is revoked",
        f"{UTILS}/_creation.py",
        "return hold.interrupted or not self._run.has_receiver()",
        "return hold.interrupted",
        (f"{CREATION}::test_a_token_that_nobody_waits_for_any_more_is_revoked",),
    ),
    Mutant(
        "a killed run does not take the next one's token for its own",
        f"{UTILS}/_creation.py",
        "        return [token for token in found if token.is_surely_of(self._new)]\n",
        "        return list(found)\n",
        (f"{INTERRUPTS}::test_a_run_that_was_killed_leaves_the_token_of_the_next_one_alone[3650d]",),
    ),
    Mutant(
        "influxctl has a session of its own",
        f"{UTILS}/_influxctl_process.py",
        "start_new_session=True",
        "start_new_session=False",
        (f"{INFLUXCTL}::test_a_signal_for_everything_in_a_terminal_does_not_reach_it",),
    ),
    Mutant(
        "no token is an argument of influxctl",
        f"{UTILS}/_influxctl_process.py",
        '"--profile", "default", *arguments)',
        '"--profile", "default", *arguments, token.reveal() if token else "")',
        (f"{INFLUXCTL}::test_no_secret_in_arguments_or_environment",),
    ),
    Mutant(
        "no token is in the environment of influxctl",
        f"{UTILS}/_influxctl_process.py",
        'if name in allowed or name.startswith("LC_")}',
        "if name}",
        (f"{INFLUXCTL}::test_no_secret_in_arguments_or_environment",),
    ),
    Mutant(
        "the configuration of influxctl is removed",
        f"{UTILS}/_influxctl_process.py",
        "        shutil.rmtree(folder, ignore_errors=True)\n",
        "        pass\n",
        (f"{INFLUXCTL}::test_list",),
    ),
    Mutant(
        "the configuration of influxctl is its owner's alone",
        f"{UTILS}/_influxctl_process.py",
        "os.O_EXCL, 0o600)",
        "os.O_EXCL, 0o644)",
        (f"{INFLUXCTL}::test_the_configuration_is_private_whatever_the_umask",),
    ),
    Mutant(
        "no error shows the raw body of an answer",
        f"{UTILS}/_answers.py",
        'return "" if not content.strip() else f"the answer is {_kind(content)}, so a proxy may have sent it"',
        'return content.decode("utf-8", "replace")',
        (f"{MATRIX}[update database token-502 with HTML-always]",),
    ),
    Mutant(
        "no unexpected error shows its text",
        f"{UTILS}/_run.py",
        'return f"Internal error: {type(error).__name__} at',
        'return f"Internal error: {error} at',
        (f"{ACTION}::test_a_defect_of_the_engine_shows_no_text",),
    ),
    Mutant(
        "a token does not follow a redirect",
        f"{UTILS}/_acceptance.py",
        "        urllib.request.HTTPErrorProcessor(),\n",
        "        urllib.request.HTTPErrorProcessor(),\n        urllib.request.HTTPRedirectHandler(),\n",
        (f"{ACCEPTANCE}::test_the_token_does_not_follow_a_redirect",),
    ),
    Mutant(
        "a token is not tried on a host with another certificate",
        f"{UTILS}/_acceptance.py",
        "    if not service.validate_certs:\n",
        "    if True:\n",
        (f"{ACCEPTANCE}::test_an_authority_that_the_host_does_not_trust",),
    ),
    Mutant(
        "a token that the service does not accept is no success",
        f"{UTILS}/_acceptance.py",
        "if status in (200, 403):",
        "if status in (200, 401, 403):",
        (f"{ACCEPTANCE}::test_a_token_that_does_not_become_active",),
    ),
    Mutant(
        "a profile is its owner's alone",
        f"{UTILS}/_config_file.py",
        "FILE_MODE = 0o600",
        "FILE_MODE = 0o644",
        (CONFIG_FILE,),
    ),
    Mutant(
        "a token that the service refuses is taken back in the same call",
        f"{UTILS}/_config_file.py",
        "self._put_back(content, sha256) if error.refused",
        "REFUSED if error.refused",
        (f"{DELIVERY}::test_refused",),
    ),
    Mutant(
        "a first token that is refused leaves no file",
        f"{UTILS}/_config_file.py",
        "                os.unlink(self._real)\n",
        "                pass\n",
        (f"{DELIVERY}::test_refused_on_a_first_delivery",),
    ),
    Mutant(
        "only what the service itself refuses is taken back",
        f"{UTILS}/_config_file.py",
        " if error.refused else UNVERIFIED",
        " if True else UNVERIFIED",
        (f"{DELIVERY}::test_unverified",),
    ),
    Mutant(
        "the service itself refuses by 401 alone",
        f"{UTILS}/_acceptance.py",
        "            refused=True,\n",
        "",
        (f"{ACCEPTANCE}::test_a_token_that_does_not_become_active",),
    ),
    Mutant(
        "a copy of the file goes with the token that is taken back",
        f"{UTILS}/_config_file.py",
        'os.unlink(result.pop("backup_file"))',
        "pass",
        (f"{DELIVERY}::test_refused",),
    ),
    Mutant(
        "a write that is sent twice does not say that it has put back what it does not know",
        f"{UTILS}/_config_file.py",
        "if now != content or before == content:",
        "if now != content:",
        (f"{DELIVERY}::test_sent_again_after_an_end_in_the_trial_it_does_not_know_what_was_there",),
    ),
    Mutant(
        "what another program writes into the file during the trial stays",
        f"{UTILS}/_config_file.py",
        "if now != content or before == content:",
        "if before == content:",
        (f"{DELIVERY}::test_another_part_of_the_file_that_changed_during_verification_stays",),
    ),
    Mutant(
        "a token that is replaced during its trial was not accepted",
        f"{UTILS}/_config_file.py",
        "if self._accept(sha256) else CHANGED",
        "if [self._accept(sha256)] else CHANGED",
        (f"{DELIVERY}::test_a_token_that_was_replaced_during_verification_is_nowhere",),
    ),
    Mutant(
        "a token in place that is replaced during its trial was not accepted",
        f"{UTILS}/_config_file.py",
        "if token is None or not (self._module.check_mode or self._accept(sha256)):",
        "if token is None or not (self._module.check_mode or [self._accept(sha256)]):",
        (f"{CONFIG_FILE}::TestVerify::test_a_token_replaced_meanwhile_has_not_been_tried",),
    ),
    Mutant(
        "a refused token that cannot be put back does not count as one that was not written",
        f"{UTILS}/_config_file.py",
        "        except OSError as error:\n",
        "        except ZeroDivisionError as error:\n",
        (f"{DELIVERY}::test_a_refused_token_that_cannot_be_put_back_is_not_said_to_be_gone",),
    ),
    Mutant(
        "nothing fails once the file is replaced",
        f"{UTILS}/_config_file.py",
        "            self._tighten()\n"
        "            if not self._is_in_place(content):\n"
        "                result.update(self._replace(content, backup, side))\n",
        "            if not self._is_in_place(content):\n"
        "                result.update(self._replace(content, backup, side))\n"
        "            self._tighten()\n",
        (f"{CONFIG_FILE}::TestWrite::test_a_folder_that_cannot_be_tightened_keeps_all_as_it_was",),
    ),
    Mutant(
        "whichever token lies in the file after a death, the side file fits",
        f"{UTILS}/_side_file.py",
        '"before": None if before is None else dict(before)',
        '"before": None',
        (f"{CONFIG_FILE}::TestWrite::test_an_end_at_any_point_leaves_a_pair_that_fits",),
    ),
    Mutant(
        "the side file is written first",
        f"{UTILS}/_config_file.py",
        "                os.replace(written[0], self._side.path)\n"
        "            try:\n"
        "                os.replace(written[-1], self._real)\n",
        "                pass\n"
        "            try:\n"
        "                os.replace(written[-1], self._real)\n"
        "                if side is not None:\n"
        "                    os.replace(written[0], self._side.path)\n",
        (f"{CONFIG_FILE}::TestWrite::test_an_end_at_any_point_leaves_a_pair_that_fits",),
    ),
    Mutant(
        "a side file whose file cannot be replaced is put back",
        f"{UTILS}/_config_file.py",
        "                    with contextlib.suppress(OSError):\n                        self._side.put_back()\n",
        "                    pass\n",
        (f"{CONFIG_FILE}::TestWrite::test_a_failure_leaves_all_as_it_was",),
    ),
    Mutant(
        "no failure leaves a copy of a secret",
        f"{UTILS}/_host_file.py",
        "        with contextlib.suppress(FileNotFoundError):\n            os.unlink(temporary)\n        raise\n",
        "        raise\n",
        (f"{CONFIG_FILE}::TestWrite::test_a_failure_leaves_all_as_it_was",),
    ),
    Mutant(
        "a file that has changed since it was read is left alone",
        f"{UTILS}/_config_file.py",
        "if not is_in_place and sha256_of(self._content) != expected:",
        "if False:",
        (
            f"{CONFIG_FILE}::TestWrite::test_a_file_changed_meanwhile_is_left_alone",
            f"{DELIVERY}::test_changed_before_it_was_written",
        ),
    ),
    Mutant(
        "something else in the place of the side file of a profile is left alone",
        f"{UTILS}/_side_file.py",
        "        if not _is_side(content):\n",
        "        if content is None:\n",
        (f"{CONFIG_FILE}::TestRead::test_a_foreign_side_file_is_refused",),
    ),
    Mutant(
        "a file with several names is not replaced under one of them",
        f"{UTILS}/_host_file.py",
        "    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:\n",
        "    if False:\n",
        (f"{CONFIG_FILE}::TestWrite::test_a_file_with_several_names_is_refused",),
    ),
    Mutant(
        "check mode writes nothing on a host",
        f"{UTILS}/_config_file.py",
        "        if self._module.check_mode:\n            return self._outcome",
        "        if False:\n            return self._outcome",
        (f"{DELIVERY}::test_check_mode_writes_and_asks_nothing",),
    ),
    Mutant(
        "a token in a profile is the one that its side file tells of, or another",
        "plugins/plugin_utils/_profile_store.py",
        'next((entry for entry in file.side if entry["sha256"] == _sha256(token)), None)',
        "next(iter(file.side), None)",
        (
            f"{PROFILE_STORE}::test_a_token_made_by_hand",
            f"{PROFILE_STORE}::test_a_token_that_another_program_has_put_back",
        ),
    ),
    Mutant(
        "what a profile has held counts as replaced where it holds none",
        "plugins/plugin_utils/_profile_store.py",
        "path=file.path, replaced=tuple(file.held_before))",
        "path=file.path)",
        (f"{PROFILE_STORE}::test_where_the_token_is_gone_all_that_were_held_count_as_replaced",),
    ),
    Mutant(
        "a token that another run has written since is not replaced",
        "plugins/plugin_utils/_profile_store.py",
        "            if _token_of(self.current) != held:\n",
        "            if False:\n",
        (f"{PROFILE_STORE}::test_another_token_of_the_profile_stays",),
    ),
    Mutant(
        "a profile is edited again where another program has edited the file",
        "plugins/plugin_utils/_profile_store.py",
        "            self.read()\n            if _token_of",
        "            if _token_of",
        (f"{PROFILE_STORE}::test_an_edit_of_another_program_stays",),
    ),
    Mutant(
        "a run that starts again goes on from what is there by then",
        "plugins/plugin_utils/_profile_store.py",
        '            self._is_fresh = False\n            if answer["changed"]:\n',
        '            if answer["changed"]:\n',
        (f"{PROFILE_STORE}::test_a_token_replaced_while_it_is_tried_is_another_run_s",),
    ),
    Mutant(
        "a token that is refused where it is used is no success",
        "plugins/plugin_utils/_profile_store.py",
        '        if answer["outcome"] == "refused":\n',
        "        if False:\n",
        (f"{MINTING}::test_a_refused_successor_is_revoked_and_all_is_as_it_was",),
    ),
    Mutant(
        "a token that is not verified is no success",
        "plugins/plugin_utils/_profile_store.py",
        '        if answer["outcome"] == "unverified":\n',
        "        if False:\n",
        (f"{MINTING}::test_an_unverified_token_stays_and_the_next_run_tries_it_first",),
    ),
    Mutant(
        "a token in place that is not accepted is no success",
        "plugins/plugin_utils/_profile_store.py",
        '        if answer["outcome"] != "accepted":\n',
        "        if False:\n",
        (f"{PROFILE_STORE}::test_verifying_what_is_there",),
    ),
    Mutant(
        "a token that was never accepted is tried before anything else",
        f"{UTILS}/_token_task.py",
        "if self._planned.verify and not self._run.check_mode:",
        "if False:",
        (f"{MINTING}::test_an_unverified_token_stays_and_the_next_run_tries_it_first",),
    ),
    Mutant(
        "a token that is not verified is not revoked",
        f"{UTILS}/_creation.py",
        "        except (StoreError, InterruptedTaskError) as error:\n",
        "        except (StoreError, InterruptedTaskError, UnverifiedError) as error:\n",
        (f"{MINTING}::test_an_unverified_token_stays_and_the_next_run_tries_it_first",),
    ),
    Mutant(
        "a successor that another run has just made satisfies force_renew",
        f"{UTILS}/_token_task.py",
        "        elif held is not None and held.created_at >= self._began:\n",
        "        elif False:\n",
        (f"{MINTING}::test_force_renew_twice_at_once_makes_one_successor",),
    ),
    Mutant(
        "what is minted lives 90 days where nothing else is said",
        "plugins/plugin_utils/_profile_options.py",
        '"lifetime": {"type": "str", "default": "90d"}',
        '"lifetime": {"type": "str"}',
        (f"{MINTING}::test_the_first_delivery",),
    ),
    Mutant(
        "what is minted is renewed where nothing else is said",
        "plugins/plugin_utils/_minting.py",
        '_RENEW_BEFORE if mint["renew_before"] is None else mint["renew_before"]',
        'mint["renew_before"]',
        (f"{MINTING}::test_renewal",),
    ),
    Mutant(
        "a profile is for the cluster that its token is for",
        "plugins/plugin_utils/_minting.py",
        "            if given is not None and str(given) != wanted:\n",
        "            if False:\n",
        (f"{MINTING}::test_settings_that_contradict_minting_are_refused",),
    ),
    Mutant(
        "a token that is given is not replaced by one that is minted",
        "plugins/plugin_utils/_minting.py",
        '        if self._settings.get("mgmt_token"):\n',
        "        if False:\n",
        (f"{MINTING}::test_settings_that_contradict_minting_are_refused",),
    ),
    Mutant(
        "no token is minted for a product that has none",
        "plugins/plugin_utils/_minting.py",
        '        if self._settings.get("product", "dedicated") != "dedicated":\n',
        "        if False:\n",
        (f"{MINTING}::test_settings_that_contradict_minting_are_refused",),
    ),
    Mutant(
        "a profile without a known token is removed too",
        "plugins/plugin_utils/_minting.py",
        '        if self._state == "absent" and is_left:\n',
        "        if False:\n",
        (
            f"{MINTING}::test_absent_removes_a_profile_without_a_known_token",
            f"{MINTING}::test_absent_ends_what_a_profile_that_is_gone_has_held",
        ),
    ),
    Mutant(
        "a dry run removes no profile",
        "plugins/plugin_utils/_minting.py",
        "        if not run.check_mode:\n",
        "        if True:\n",
        (f"{MINTING}::test_absent_removes_a_profile_without_a_known_token",),
    ),
    Mutant(
        "a host that is lost during a delivery is unreachable, and the token named",
        "plugins/plugin_utils/_action.py",
        "store.unreachable is not None and outcome.error is not None:",
        "False:",
        (f"{PROFILE_ACTION}::test_a_token_that_may_have_arrived_is_named_where_the_host_is_unreachable",),
    ),
    Mutant(
        "a token that outlives its profile is named",
        "plugins/action/influxctl_profile.py",
        'hint(name, prefix) if changed and state == "absent" and prefix is not None else None',
        "None",
        (f"{PROFILE_ACTION}::test_absent_forgets_what_the_profile_held_and_says_that_its_token_lives",),
    ),
    Mutant(
        "the controller's own token stays there",
        "plugins/action/influxctl_profile.py",
        'and self._connection.transport != "local":',
        "and False:",
        (f"{PROFILE_ACTION}::test_the_own_token_of_the_controller_stays_there",),
    ),
    Mutant(
        "the token in place is never revoked with all others",
        f"{UTILS}/_life_cycle.py",
        "    others = _without(live, (*predecessors, current))\n",
        "    others = _without(live, predecessors)\n",
        (RENEWAL, HISTORIES),
    ),
    Mutant(
        "the token in place is never retired",
        f"{UTILS}/_life_cycle.py",
        "            and token != current\n",
        "",
        (RENEWAL, HISTORIES),
    ),
    Mutant(
        "a run that makes a token revokes nothing unasked",
        f"{UTILS}/_life_cycle.py",
        "    over = _over(situation, (*predecessors, *others), revoke_at, now) if",
        "    over = (*predecessors, *others) if",
        (RENEWAL, HISTORIES),
    ),
    Mutant(
        "nothing is revoked in favour of a token that the playbook has yet to deliver",
        f"{UTILS}/_life_cycle.py",
        "revoke_at, now) if situation.evidence.path is not None else ()",
        "revoke_at, now)",
        (f"{RENEWAL}::test_without_a_store_overlap_is_refused_unless_others_are_to_go",),
    ),
    Mutant(
        "nothing is revoked in favour of a token that nobody has accepted",
        f"{UTILS}/_life_cycle.py",
        "    if situation.evidence.given and not situation.evidence.accepted:\n",
        "    if False:\n",
        (f"{RENEWAL}::test_what_nobody_has_accepted_yet_is_tried_first_and_nothing_goes_in_its_favour",),
    ),
    Mutant(
        "an overlap that nothing remembers is refused",
        f"{UTILS}/_life_cycle.py",
        "    _check_overlap(situation)\n",
        "",
        (f"{RENEWAL}::test_without_a_store_overlap_is_refused_unless_others_are_to_go",),
    ),
    Mutant(
        "a token without end is not left to live on beside its successor",
        f"{UTILS}/_life_cycle.py",
        "    if current.expires_at is None and desired.overlap is None:\n",
        "    if False:\n",
        (f"{RENEWAL}::test_a_token_without_end_gets_a_successor_only_with_an_overlap",),
    ),
    Mutant(
        "no second token is made while the list lacks the first",
        f"{UTILS}/_life_cycle.py",
        "    if situation.is_unlisted_yet():\n        return Plan(\n",
        "    if False:\n        return Plan(\n",
        (f"{UNIT}/module_utils/test_life_cycle.py::test_a_token_that_was_just_made_may_not_be_listed_yet",),
    ),
    Mutant(
        "a service that grants a shorter life is not asked for another token by every run",
        f"{UTILS}/_expiry.py",
        "desired.renew_before * (life / desired.lifetime)",
        "desired.renew_before",
        (GRANTED,),
    ),
    Mutant(
        "others that a run may still deliver are not revoked before a day has passed",
        f"{UTILS}/_life_cycle.py",
        "_GRACE_OF_OTHERS = timedelta(days=1)",
        "_GRACE_OF_OTHERS = timedelta()",
        (RENEWAL,),
    ),
    Mutant(
        "others are revoked by their own age too",
        f"{UTILS}/_life_cycle.py",
        "_after(max(since, instant), grace)",
        "_after(since, grace)",
        (RENEWAL,),
    ),
    Mutant(
        "only what this store held is retired",
        f"{UTILS}/_life_cycle.py",
        "            if any(same_id(token.id, one) for one in self.evidence.replaced)\n",
        "            if True\n",
        (HOSTS, RENEWAL),
    ),
    Mutant(
        "others are kept",
        f"{UTILS}/_life_cycle.py",
        "    if situation.desired.revoke_others:\n",
        "    if True:\n",
        (HOSTS, RENEWAL),
    ),
    Mutant(
        "what is absent takes no others along",
        f"{UTILS}/_life_cycle.py",
        "    return _in_order({*mine, *live}) if desired.revoke_others else _in_order(mine)\n",
        "    return _in_order({*mine, *live})\n",
        (f"{UNIT}/module_utils/test_life_cycle.py::test_absent_revokes_what_is_and_was_held_and_names_the_rest",),
    ),
    Mutant(
        "what a file has held is revoked in the end",
        f"{UTILS}/_life_cycle.py",
        "        replaced=() if situation.evidence.path is None else tuple(token.id for token in predecessors),\n",
        "",
        (HOSTS,),
    ),
    Mutant(
        "a task does not revoke the token that it uses",
        f"{UTILS}/_life_cycle.py",
        "revoke_at[token.id] <= now and not situation.is_own(token)",
        "revoke_at[token.id] <= now",
        (f"{RENEWAL}::test_the_own_token_is_never_revoked_by_age",),
    ),
    Mutant(
        "a token is taken where it belongs, and nowhere else",
        "plugins/plugin_utils/_action.py",
        "            refuse_misplaced_tokens(self.definition.argument_spec, arguments)\n",
        "",
        (f"{ACTION}::test_a_token_where_none_belongs_is_refused",),
    ),
    Mutant(
        "all whose time is over are revoked",
        f"{UTILS}/_life_cycle.py",
        "        if token.id in revoke_at and",
        "        if token in tokens[-1:] and token.id in revoke_at and",
        (RENEWAL,),
    ),
    # The same kind of mistake as above may be made in a place that no other test looks at.
    Mutant(
        "the leak suite sees a result that is not hidden",
        "plugins/plugin_utils/_action.py",
        'result["_ansible_no_log"] = True',
        "pass",
        (WAYS,),
    ),
    Mutant(
        "the leak suite sees a token in a diff",
        f"{UTILS}/_token_task.py",
        '        after["tokens"].append(_state(metadata))\n',
        '        after["tokens"].append({**_state(metadata), "token": created and created.secret.reveal()})\n',
        (WAYS,),
    ),
    Mutant(
        "the leak suite sees a token in an error",
        f"{UTILS}/_redaction.py",
        '_TOKEN_SHAPES.sub("***", text).split()',
        "text.split()",
        ("tests/leaks/test_failures.py::test_failure_of_the_service[500]",),
    ),
    Mutant(
        "the leak suite sees a token in the environment of influxctl",
        f"{UTILS}/_influxctl_process.py",
        "                env=child_environment(connection.environment, cached_login),\n",
        "                env={**child_environment(connection.environment, cached_login), "
        '"LC_X": str(token and token.reveal())},\n',
        (WAYS,),
    ),
    Mutant(
        "the leak suite sees a token in the arguments of influxctl",
        f"{UTILS}/_influxctl_process.py",
        "        words = (executable,",
        '        words = (executable, "--config", token.reveal() if token else "",',
        (WAYS,),
    ),
    Mutant(
        "the leak suite sees a temporary file that is left",
        f"{UTILS}/_influxctl_process.py",
        "        shutil.rmtree(folder, ignore_errors=True)\n",
        "        pass\n",
        (WAYS,),
    ),
)
