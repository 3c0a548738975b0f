"""gigaloop plan safety-stock: of a programme, and of tables."""


def test_safety_stock_of_a_programme_says_what_it_assumes(gigaloop, starter):
    answer = gigaloop("plan", "safety-stock", starter, "--spread", "0.5", "--time-limit", "5", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["cost"] > 0.0
    assert "50 % of the mean" in answer.json["assumptions"][0]
    shown = gigaloop("plan", "safety-stock", starter, "--time-limit", "5")
    assert "stages hold safety stock; times in weeks" in shown.out
    assert "wait for none" in shown.out


def test_a_network_needs_a_programme_or_two_tables(gigaloop, tmp_path):
    answer = gigaloop("plan", "safety-stock", "--stages", tmp_path / "s.csv")
    assert answer.code == 2
    assert "gigaloop plan safety-stock PROGRAMME" in answer.err


def test_the_plan_says_what_shares_and_content_are_reached(gigaloop, starter):
    text = (starter / "programme.yaml").read_text(encoding="utf-8")
    rule = "policy:\n  domestic_content: [{start: 2026-01-01, share: 10 %}]\n  domestic_shortfall: 1 %\n"
    (starter / "programme.yaml").write_text(text.replace("policy:\n", rule), encoding="utf-8")
    answer = gigaloop("plan", starter, "--json")
    assert answer.code == 0, answer.err
    told = answer.json["plan"]["buying"]
    assert told["orders"] > 0
    assert {each["floor"] for each in told["domestic_content"]} == {0.1}
    assert "Domestic content" in gigaloop("plan", starter).out
