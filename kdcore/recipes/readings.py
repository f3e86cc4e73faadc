"""How a result is read: one sentence for each outcome, kept apart from its numbers."""

READINGS = {
    "not_yet": "No result yet.",
    "as_claimed": "The claim lies inside our 95% interval, {low} to {high}.",
    "better": "Better than claimed: our 95% interval is {low} to {high}.",
    "worse": "The claim is not reached: our 95% interval is {low} to {high}.",
    "one_within": (
        "One network, {difference} from the claim: within the ±{noise} that the choice of {n} test "
        "examples explains."
    ),
    "one_beyond_better": (
        "One network, {difference} from the claim: better by more than the ±{noise} that the "
        "choice of {n} test examples explains."
    ),
    "one_beyond_worse": (
        "One network, {difference} from the claim: worse by more than the ±{noise} that the "
        "choice of {n} test examples explains."
    ),
    "one_better": "One network, {difference} from the claim, on the better side; no spread known.",
    "one_worse": "One network, {difference} from the claim, on the worse side; no spread known.",
    "one_equal": "One network, equal to the claim; no spread known.",
    "all_better": (
        "Better than claimed by {difference} with each of {n} seeds; they are equal, so that there "
        "is no interval."
    ),
    "all_worse": (
        "The claim is not reached: {difference} with each of {n} seeds; they are equal, so that "
        "there is no interval."
    ),
    "all_equal": "Equal to the claim with each of {n} seeds.",
    "other_count": "Counted on other test examples: the claim cannot be compared.",
    "no_number": "The source gives no number.",
    "no_number_interval": "The source gives no number; our 95% interval is {low} to {high}.",
    "clearly_better": (
        "Clearly better: {difference} on average over {n} seeds (95% interval {low} to {high})."
    ),
    "clearly_worse": (
        "Clearly worse: {difference} on average over {n} seeds (95% interval {low} to {high})."
    ),
    "weakly_better": (
        "Better by {difference} over {n} seeds (95% interval {low} to {high}); with fewer than "
        "five seeds this is a weak test."
    ),
    "weakly_worse": (
        "Worse by {difference} over {n} seeds (95% interval {low} to {high}); with fewer than "
        "five seeds this is a weak test."
    ),
    "no_difference": (
        "No difference that {n} seeds can show: {difference} (95% interval {low} to {high})."
    ),
    "each_better": (
        "Better by {difference} with each of {n} seeds; without any spread there is no interval."
    ),
    "each_worse": (
        "Worse by {difference} with each of {n} seeds; without any spread there is no interval."
    ),
    "each_equal": "No difference with any of {n} seeds.",
    "one_pair": "One seed: {difference}. One pair is no test.",
}
"""By code; values are texts of numbers with their unit."""
