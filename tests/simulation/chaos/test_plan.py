"""Plans: the same seed draws the same faults; and no plan asks for what nobody promised."""

from __future__ import annotations

from simulation.chaos import plan
from simulation.chaos.plan import Fault, Plan, draw

NODES = ["borne-a", "borne-b", "barometre", "entree", "salons", "comptoir"]


def drawn(seed: int = 1, kills: int = 200, *, influxd: bool = True, disk: bool = True) -> Plan:
    return draw(seed, kills, NODES, kiosks=NODES[:2], influxd=influxd, disk=disk)


def test_the_same_seed_draws_the_same_plan_and_another_seed_another():
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_a_plan_kills_exactly_as_often_as_was_asked():
    assert [drawn(kills=kills).kills for kills in (1, 12, 200)] == [1, 12, 200]


def test_two_hundred_kills_take_about_ten_minutes():
    assert 500 < drawn().faults[-1].at_s < 700


def test_every_kind_of_fault_comes_up_in_a_long_plan():
    kinds = {fault.kind for seed in range(3) for fault in drawn(seed).faults}
    assert kinds == set(plan.Kind.__args__)


def test_every_part_is_hit_in_a_long_plan():
    parts = {fault.part for seed in range(3) for fault in drawn(seed).faults}
    assert {plan.BROKER, plan.HALL, plan.FEED, plan.DASHBOARD, plan.INFLUXD, plan.DISK} <= parts


def test_faults_come_in_the_order_of_their_times():
    times = [fault.at_s for fault in drawn().faults]
    assert times == sorted(times)


def test_no_node_gets_both_a_wrong_clock_and_an_old_card():
    for seed in range(20):
        faults = drawn(seed).faults
        clocks = {fault.part for fault in faults if fault.kind in {"clock", "no_clock"}}
        cards = {
            fault.part for fault in faults if fault.kind in {"keep_outbox", "old_outbox", "broken_outbox"}
        }
        assert not clocks & cards
        assert not cards & {"borne-a", "borne-b"}


def test_an_old_journal_was_kept_before():
    for seed in range(20):
        kept = False
        for fault in drawn(seed).faults:
            kept = kept or fault.kind == "keep_journal"
            assert kept or fault.kind != "old_journal"


def test_without_influxd_or_a_disk_of_its_own_nothing_is_asked_of_them():
    faults = drawn(influxd=False, disk=False).faults
    assert not [fault for fault in faults if fault.part in {"influxd", "disk"}]


def test_where_there_are_buildings_the_way_to_them_is_cut_and_all_else_stays_as_it_was():
    alone, several = (
        draw(2, 200, NODES, kiosks=NODES[:2], influxd=True, disk=True, buildings=buildings)
        for buildings in ((), ("north", "south"))
    )
    assert alone == drawn(2)
    hit = {fault.part for fault in several.faults if fault.kind == "cut"}
    assert {"link/north", "link/south", "link/hall"} <= hit


def test_a_kept_plan_can_be_played_again(tmp_path):
    kept = Plan(3, (Fault(1.0, "kill", "hall", 0.1), Fault(2.0, "clock", "entree", 1.0, -600)))
    plan.write(kept, tmp_path / "plan.json")
    assert plan.read(tmp_path / "plan.json") == kept
