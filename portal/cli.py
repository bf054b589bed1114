"""The portal's commands: ``flask --app wsgi COMMAND``. Whatever fails says so in one Chinese sentence; `due` speaks JSON."""

import importlib
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import importing, registry
from portal.cases.models import Case
from portal.cases.operations import PersonGiven, Registration, register
from portal.database import db
from portal.organisation import founding
from portal.organisation.models import Centre
from portal.statutes import deadlines
from portal.statutes import operations as statutes
from portal.statutes import queries as statute_queries
from portal.statutes.queries import Law
from portal.statutes.workdays import published_years
from portal.trail import queries as trail

NOT_SET = 2
# Rows per transaction: a durable commit for each row would be most of the time; a window waits for one batch at most.
BATCH = 50
SYSTEM_ID = 0  # no account has it: what the system does itself is shown as 系统
users = AppGroup("users", help="账号。")
calendar = AppGroup("calendar", help="工作日历。")
audit = AppGroup("audit", help="审计。")


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (due, found, demo, import_cases, users, calendar, audit):
        app.cli.add_command(command)


class _InJson(click.Command):
    """A command whose wrong use is told as its other refusals are: exit 2 belongs to what the law does not set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
            _fail(deadlines.BadInput.code, f"命令的写法有误，应写作：{usage}", 1)


@click.command(cls=_InJson, options_metavar="[--pause A..B] [--extend N]")
@click.argument("key")
@click.argument("start")
@click.option("--pause", "pauses", multiple=True, metavar="A..B", help="不计入的日子，首尾两日都不计，可以写多次。")
@click.option("--extend", default="0", metavar="N", help="延长多少，单位是该期限自己的延长单位。")
@with_appcontext
def due(key: str, start: str, pauses: tuple[str, ...], extend: str) -> None:
    """计算期限:KEY 见 deadlines.csv,START 写成 2026-11-23 或 2026-11-23T10:30。"""
    try:
        law = _law()
        own = (law.calendar, law.rules) if law else ()
        answer = deadlines.answer(key, start, pauses, _whole(extend), *own)
    except deadlines.NotSetByLaw as problem:
        _fail(problem.code, str(problem), NOT_SET)
    except deadlines.StatuteError as problem:
        _fail(problem.code, str(problem), 1)
    click.echo(json.dumps(answer, ensure_ascii=False))


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise deadlines.BadInput(f"延长“{text}”不是整数") from None


def _fail(code: str, message: str, status: int) -> NoReturn:
    click.echo(json.dumps({"error": code, "message": message}, ensure_ascii=False))
    sys.exit(status)


def _law() -> Law | None:
    """The hall's own calendar and rules; None (what came with the program) where they are empty or not made yet."""
    try:
        held = statute_queries.law(db.session())
    except (OperationalError, ProgrammingError):
        return None
    return held if held.calendar.years else None


@calendar.command("load")
def load_calendar() -> None:
    """把已公布年份的放假安排装入工作日历;可以重复运行。"""
    with database.write() as session:
        changed = statutes.load_published(session, clock.now())
    years = published_years()
    click.echo(f"工作日历：新增或更正 {changed} 天，已公布年份 {years[0]}–{years[-1]}。")


def found_hall(session: Session, at: datetime) -> Centre:
    """The centre with its city, services, windows and the published working calendar; safe to run again."""
    statutes.load_published(session, at)
    return founding.found(session, at, registry.platforms())


@click.command()
@with_appcontext
def found() -> None:
    """建立运城市群众接待服务中心:区划、单位、服务、窗口、工作日历;可以重复运行。"""
    with database.write() as session:
        centre = found_hall(session, clock.now())
    click.echo(f"{centre.name}（事项编号前缀 {centre.prefix}）已就绪。")


@click.command()
@with_appcontext
def demo() -> None:
    """加载演示大厅:账号、窗口、一上午的号票、事项;可以重复运行。"""
    if os.environ.get("PORTAL_ENV") == "production":
        raise click.ClickException("正式环境不加载演示账号。")
    try:
        cast = importlib.import_module("tests.cast")
    except ModuleNotFoundError as problem:
        if problem.name not in ("tests", "tests.cast"):
            raise
        raise click.ClickException("这份安装不带演示人物（缺少 tests 文件夹），不能加载演示大厅。") from problem
    lines = cast.load(current_app._get_current_object())
    click.echo("演示账号：")
    for line in lines:
        click.echo(f"  {line}")
    click.echo(f"演示口令：{cast.password()}")


@users.command("list")
def list_users() -> None:
    """列出账号、角色、平台和状态。"""
    _print_accounts()


def _print_accounts() -> None:
    labels = {platform.code: platform.short for platform in registry.platforms()}
    now = clock.now()
    for account in db.session.scalars(select(Account).order_by(Account.centre_id, Account.login_name)):
        locked = account.locked_until and account.locked_until > now
        state = "已停用" if not account.enabled else "已锁定" if locked else ""
        roles = "、".join(role.label for role in account.roles)
        platforms = "、".join(labels.get(code, code) for code in account.platforms)
        shown = [f"  {account.login_name:<16}", account.name, account.title, roles, platforms, state]
        click.echo("  ".join(part for part in shown if part))


@audit.command("verify")
def verify() -> None:
    """重算每条留痕链和每次封存;有出入时逐条列出,退出状态 1。"""
    problems = trail.verify(db.session())
    for problem in problems:
        click.echo(f"不符：{problem}")
    if problems:
        raise click.ClickException(f"留痕校验发现 {len(problems)} 处不符。")
    click.echo("留痕完整：全部链和封存都与记录相符。")


@click.command("import-cases")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不登记。")
@click.option("--centre", "prefix", metavar="YC", help="中心的编号前缀；只有一个中心时不必写。")
@click.option(
    "--receipt", "receipt_path", type=click.Path(path_type=Path), metavar="OUT.csv", help="逐行回执写到哪里。"
)
@with_appcontext
def import_cases(file: Path, dry_run: bool, prefix: str | None, receipt_path: Path | None) -> None:
    """把 .xlsx 里的来信、留言登记为网上事项;按编号认得登记过的,可以重复运行。"""
    centre = _centre(prefix)
    now = clock.now()
    try:
        _explain(importing.read_heading(file))
        total = importing.count_rows(file)
        rows = importing.read_rows(file)
    except importing.ImportRefused as problem:
        raise click.ClickException(str(problem)) from problem
    target = receipt_path or _receipt_path(file, now)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        opened = target.open("w", encoding="utf-8-sig", newline="")
    except OSError as problem:
        raise click.ClickException(f"回执写不到 {target}：{problem.strerror}。") from problem
    with opened as out:
        receipt = _carry_out(rows, total, centre, now, out, dry_run)
    click.echo(f"{'试运行，没有登记：' if dry_run else ''}{receipt.summary()}")
    click.echo(f"逐行回执：{target}")


def _centre(prefix: str | None) -> Centre:
    try:
        known = list(db.session.scalars(select(Centre).order_by(Centre.id)))
    except (OperationalError, ProgrammingError) as problem:
        raise click.ClickException("数据库还没有建立，请先运行 flask db upgrade。") from problem
    chosen = [centre for centre in known if prefix in (None, centre.prefix)]
    if len(chosen) == 1:
        return chosen[0]
    if not known:
        raise click.ClickException("还没有中心，请先运行 flask found。")
    raise click.ClickException(f"请用 --centre 指明中心：{'、'.join(centre.prefix for centre in known)}。")


def _explain(heading: importing.Heading) -> None:
    for key, (_position, header) in heading.found.items():
        click.echo(f"  “{header}” → {importing.LABELS[key]}")
    if heading.ignored:
        click.echo(f"  不导入的列：{'、'.join(heading.ignored)}")


def _receipt_path(file: Path, now: datetime) -> Path:
    home = current_app.config["PORTAL"].home
    return home / "receipts" / f"{file.stem}-{clock.local(now):%Y%m%d-%H%M%S}.csv"


def _carry_out(
    rows: Iterable[importing.Row], total: int, centre: Centre, now: datetime, out: Any, dry_run: bool
) -> importing.Receipt:
    # What the receipt says of a batch reaches the file only after the batch is committed.
    pending = io.StringIO()
    receipt = importing.Receipt(pending)
    with click.progressbar(length=total, label="导入", file=sys.stderr) as bar:
        for batch in _batches(rows):
            if dry_run:
                importing.carry_out(batch, now, receipt, None)
            else:
                with database.write() as session:
                    importing.carry_out(batch, now, receipt, partial(_register, session, _system(centre), now))
            out.write(pending.getvalue())
            pending.seek(0)
            pending.truncate()
            bar.update(len(batch))
    out.write(pending.getvalue())
    return receipt


def _batches(rows: Iterable[importing.Row]) -> Iterator[list[importing.Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _system(centre: Centre) -> Actor:
    return Actor(SYSTEM_ID, centre.id, "系统", None, (), frozenset({Permission.CASE_REGISTER}))


def _register(session: Session, actor: Actor, at: datetime, values: dict[str, Any]) -> tuple[str, bool]:
    known = select(Case.number).where(Case.centre_id == actor.centre_id, Case.source_key == values["source_key"])
    number = session.scalar(known)
    if number:
        return number, False
    petitioner = PersonGiven(
        name=values["name"],
        id_number=values["id_number"] or "",
        phone=values["phone"] or "",
        address=values["address"] or "",
    )
    given = Registration(
        channel="online",
        purpose="claim",
        subject=values["subject"],
        facts=values["facts"],
        demands=tuple(values["demands"]),
        petitioner=petitioner,
        received_at=values["received_at"],
        source_key=values["source_key"],
    )
    return register(session, actor, given, at=at).number, True
