"""Probes that the cloud side makes for administrators, and the reports that it keeps.

A report is kept as evidence, and judged whenever it is read: better rules judge old evidence too.
"""

from __future__ import annotations

from uuid import uuid4

import msgspec

from landbridge.administration.connector_list import moment
from landbridge.administration.desk import Desk
from landbridge.administration.probe_terms import (
    checked_terms,
    logon_in,
    manner_in,
    ssh_in,
    target_in,
    tls_in,
    trust_in,
)
from landbridge.api.admin_bodies import Answer
from landbridge.api.checks import ProbeWish
from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Target, restored, stored
from landbridge.checks.history import good
from landbridge.checks.page import page
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import HARMLESS, Scene
from landbridge.checks.report import Report, report
from landbridge.faults import FaultError, fault
from landbridge.model.check_report import CheckReport
from landbridge.store import CheckReportRepository, Session


class Checks:
    """See `landbridge.api.checks.ChecksDesk`.

    private_targets  whether probes may connect to addresses of private networks
    """

    def __init__(self, desk: Desk, private_targets: bool) -> None:
        self._desk = desk
        self._private = private_targets

    async def probe(self, wish: ProbeWish) -> Answer:
        """Probe a target from here. Raises `FaultError` (`check.target-invalid`, `platform.admin-limited`)."""
        self._desk.demand_installation("probes from the cloud side")
        plan = PLANS.get(wish.protocol)
        if plan is None:
            reason = f"the protocol is one of {', '.join(PLANS)}"
            raise FaultError(fault("check.target-invalid", target=wish.protocol, reason=reason))
        checked_terms(wish, plan.protocol)
        target = target_in(wish, wish.target, plan.protocol)
        evidence = await observe(self._scene(wish, target), plan.probes)
        return await self.keep(None, f"{target.protocol} {target.address}", evidence)

    def _scene(self, wish: ProbeWish, target: Target) -> Scene:
        return Scene(
            target=target,
            dialler=DirectDialler(self._private),
            clock=self._desk.parts.clock,
            logon=logon_in(wish),
            trust=trust_in(wish.trust, wish.public_trust),
            manner=manner_in(wish),
            tls=tls_in(wish),
            ssh=ssh_in(wish),
            seconds=wish.seconds,
            allowed=HARMLESS | {Effect.INTRUSIVE} if wish.intrusive else HARMLESS,
        )

    async def keep(self, subaccount_id: str | None, name: str, evidence: Evidence) -> Answer:
        """Judge evidence, also by what was seen when nothing was wrong, and keep it. Gives the report with its id."""
        async with self._desk.parts.db.begin() as session:
            reports = CheckReportRepository(session)
            before = await reports.last_good(subaccount_id, name)
            if before is not None:
                evidence = msgspec.structs.replace(evidence, last_good=good(restored(before.evidence.encode())))
            finished = report(evidence)
            kept = CheckReport(
                str(uuid4()), subaccount_id, name, evidence.at, finished.healthy, stored(evidence).decode()
            )
            await reports.add(kept)
        return {"id": kept.id, "name": name, **finished.as_json()}

    async def reports(self, subaccount: str) -> list[Answer]:
        """The reports of a subaccount; of the installation, when none is named."""
        async with self._desk.parts.db.read() as session:
            owner = await self._owner(session, subaccount)
            return [_summary(kept) for kept in await CheckReportRepository(session).list(owner)]

    async def report(self, report_id: str) -> Answer:
        """One report, judged now. Raises `FaultError` (`check.report-unknown`)."""
        kept, finished = await self._judged(report_id)
        return {"id": kept.id, "name": kept.name, **finished.as_json()}

    async def page(self, report_id: str) -> str:
        """One report as HTML. Raises `FaultError` (`check.report-unknown`)."""
        _, finished = await self._judged(report_id)
        return page(finished)

    async def _judged(self, report_id: str) -> tuple[CheckReport, Report]:
        async with self._desk.parts.db.read() as session:
            kept = await CheckReportRepository(session).get(report_id)
        if kept is None or not self._sees(kept):
            raise FaultError(fault("check.report-unknown", report=report_id[:100]))
        return kept, report(restored(kept.evidence.encode()))

    def _sees(self, kept: CheckReport) -> bool:
        admin = self._desk.admin
        return admin.subaccount_id is None if kept.subaccount_id is None else admin.sees(kept.subaccount_id)

    async def _owner(self, session: Session, subaccount: str) -> str | None:
        if subaccount:
            return (await self._desk.subaccount(session, subaccount)).id
        self._desk.demand_installation("reports of the installation")
        return None


def _summary(kept: CheckReport) -> Answer:
    return {
        "id": kept.id,
        "subaccountId": kept.subaccount_id,
        "name": kept.name,
        "time": moment(kept.at),
        "healthy": kept.healthy,
    }
