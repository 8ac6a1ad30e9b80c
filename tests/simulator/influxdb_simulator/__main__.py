# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import rfc3339, server, variations
from .state import Settings


def main() -> int:
    """Run the simulator until it is told to stop, and return the exit status."""
    options = _parse()
    listening = server.Listening(options.ready_file.absolute(), options.port, options.http, options.stop_with_parent)
    settings = Settings(options.product, options.seed, options.dialect, options.standing_clock)
    try:
        asyncio.run(server.serve(settings, listening))
    except OSError as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run", description="A stand-in for the InfluxDB 3 management service.")
    parser.add_argument("--ready-file", type=Path, required=True, help="written as JSON as soon as it listens")
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--product", choices=("dedicated", "clustered"), default="dedicated")
    parser.add_argument("--seed", type=int, help="varies what the descriptions leave open; default: as documented")
    parser.add_argument("--dialect", choices=variations.DIALECTS, help="of influxctl; default: the seed's choice")
    parser.add_argument(
        "--standing-clock",
        nargs="?",
        type=_instant,
        const=datetime.now(timezone.utc),
        metavar="INSTANT",
        help="stands still until it is moved, at an RFC 3339 time or the one of the start; default: it goes on",
    )
    parser.add_argument("--http", action="store_true", help="without TLS")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when the starting process is gone")
    return parser.parse_args()


def _instant(text: str) -> datetime:
    try:
        return rfc3339.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no RFC 3339 time") from None


if __name__ == "__main__":
    sys.exit(main())
