"""Python loads this by its name where its folder is on PYTHONPATH; the plan stands in FAULTS_PLAN."""

from __future__ import annotations

import json
import os

if "FAULTS_PLAN" in os.environ:
    from wrapping import install

    install(json.loads(os.environ["FAULTS_PLAN"]))
