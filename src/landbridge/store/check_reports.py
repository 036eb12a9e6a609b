"""Reports of checks in the store. The last ones of each target stay, and the last one in which nothing was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.check_report import CheckReport
from landbridge.store.session import Session
from landbridge.store.tables import check_reports

KEPT = 20
"""Reports of one target."""
_LISTED = 200


class CheckReportRepository:
    """Reports by id, and by whose and of what they are."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, report: CheckReport) -> None:
        """Keep it; the oldest of the same target goes."""
        table = check_reports.c
        await self._session.upsert(check_reports, _row(report))
        of_target = _of(report.subaccount_id, report.name)
        newest = select(table.id).where(of_target).order_by(table.at.desc(), table.id).limit(KEPT)
        good = select(table.id).where(of_target, table.healthy).order_by(table.at.desc(), table.id).limit(1)
        ids = [*await self._session.column(newest), *await self._session.column(good)]
        await self._session.execute(delete(check_reports).where(of_target, table.id.not_in(ids)))

    async def get(self, report_id: str) -> CheckReport | None:
        row = await self._session.one(select(check_reports).where(check_reports.c.id == report_id))
        return _report(row) if row else None

    async def list(self, subaccount_id: str | None, name: str = "") -> list[CheckReport]:
        """The newest first, 200 at most; of one target when it is named."""
        table = check_reports.c
        which = _of(subaccount_id, name) if name else table.subaccount_id == subaccount_id
        query = select(check_reports).where(which).order_by(table.at.desc(), table.id).limit(_LISTED)
        return [_report(row) for row in await self._session.all(query)]

    async def last_good(self, subaccount_id: str | None, name: str) -> CheckReport | None:
        """The newest one of that target in which nothing was found."""
        table = check_reports.c
        query = select(check_reports).where(_of(subaccount_id, name), table.healthy)
        row = await self._session.one(query.order_by(table.at.desc(), table.id).limit(1))
        return _report(row) if row else None


def _of(subaccount_id: str | None, name: str) -> ColumnElement[bool]:
    table = check_reports.c
    return and_(table.subaccount_id == subaccount_id, table.name == name)


def _row(report: CheckReport) -> Mapping[str, Any]:
    return {
        "id": report.id,
        "subaccount_id": report.subaccount_id,
        "name": report.name,
        "at": report.at,
        "healthy": report.healthy,
        "evidence": report.evidence,
    }


def _report(row: Mapping[str, Any]) -> CheckReport:
    return CheckReport(**row)
