"""``python -m kdcore COMMAND``: exit status 0 done, 1 the run failed, 2 the arguments are wrong."""

import sys

from kdcore.cli.arguments import parse
from kdcore.cli.ranks import rank_0_speaks
from kdcore.errors import UserError
from kdcore.escapes import write_anything
from kdcore.threads import choose_threads


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command.

    Returns:
        The exit status.
    """
    write_anything()
    choose_threads()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(options.command(options))
    except UserError as error:
        print(f"kdcore: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(rank_0_speaks(main))
