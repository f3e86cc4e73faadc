"""Speed and memory as ratios, measured side by side on one machine; never part of the tests."""
