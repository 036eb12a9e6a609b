"""`landbridge connector check`: are the internal systems behind the mappings there?"""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.options import STATE, AsJson, State, give, give_json

HELP = """Try the internal hosts behind the connector's mappings, from this machine.

\b
Examples:
  landbridge connector check
  landbridge connector check erp.virtual:443 --json

HTTP systems are asked HEAD / (any answer counts), others are connected to; TLS uses the connector's own trust and
system certificate. Ends with the exit code of the first problem.
"""


def check(
    virtual: Annotated[str, typer.Argument(help="Virtual host:port of one mapping; all without it.")] = "",
    state: State = STATE,
    as_json: AsJson = False,
) -> None:
    """Check and tell, one line for each mapping."""
    import asyncio

    from landbridge.connector.availability import Availability, check_availability
    from landbridge.connector.policy import policy_of
    from landbridge.connector.propagation.trust_list import TrustList
    from landbridge.connector.settings import ConnectorSettings
    from landbridge.connector.state.configuration import load_configuration
    from landbridge.faults import FaultError, fault
    from landbridge.net.clock import system_clock
    from landbridge.net.loop import run

    content = load_configuration(state)
    wanted = [mapping for mapping in content.mappings if virtual in ("", mapping.virtual)]
    if virtual and not wanted:
        host, _, port = virtual.rpartition(":")
        raise FaultError(fault("connector.system-not-exposed", host=host or virtual, port=port))
    policy = policy_of(content, state, TrustList(), system_clock)

    async def all_of_them() -> list[Availability]:
        return await asyncio.gather(*(check_availability(one, policy, ConnectorSettings()) for one in wanted))

    outcomes = run(all_of_them())
    for outcome in outcomes:
        _tell(outcome, as_json)
    problem = next((outcome.problem for outcome in outcomes if outcome.problem is not None), None)
    if problem is not None:
        raise typer.Exit(problem.kind.exit)


def _tell(outcome: object, as_json: bool) -> None:
    from landbridge.connector.availability import Availability

    assert isinstance(outcome, Availability)
    mapping, problem = outcome.mapping, outcome.problem
    if as_json:
        line: dict[str, object] = {
            "virtual": mapping.virtual,
            "internal": mapping.internal,
            "protocol": mapping.protocol.value,
            "reachable": outcome.is_reachable,
            "details": list(outcome.details),
            "ms": outcome.milliseconds,
        }
        if problem is not None:
            line |= {"fault": problem.code, "message": problem.sentence, "action": problem.action}
            line |= {"inside": problem.inside} if problem.inside else {}
        give_json(line)
        return
    state = "reachable" if problem is None else f"{problem.code}: {problem.sentence}"
    told = [*outcome.details]
    if problem is not None and problem.inside not in ("", mapping.internal):
        told.append(problem.inside)
    facts = f" ({'; '.join(told)})" if told else ""
    give(f"{mapping.virtual} -> {mapping.internal}  {state}{facts}  {outcome.milliseconds:g} ms")
    if problem is not None:
        give(f"  do: {problem.action}")
