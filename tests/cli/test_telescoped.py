"""Plans in buckets from the command line."""


def test_the_command_plans_in_buckets_and_warns(starter, gigaloop):
    answer = gigaloop("plan", starter, "--telescoped")
    assert answer.code == 0
    assert "no optimum (telescoped)" in answer.out
    assert "Warning: Telescoped: after week 26" in " ".join(answer.out.split())
    plan = gigaloop("plan", starter, "--telescoped", "--json").json["plan"]
    assert plan["status"] == "telescoped"
    assert plan["bucket_weeks"][:2] == [1, 1]
    assert plan["notes"]
    assert gigaloop("plan", starter, "--telescoped", "--quick").code == 2
