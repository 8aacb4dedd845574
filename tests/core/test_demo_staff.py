"""The people of the demo company."""

import re

from csr_portal.demo.staff import STAFF

LOCAL = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def test_job_titles_are_written_in_the_script_of_the_name():
    mixed = [name for _key, name, _latin, job, *_rest in STAFF if bool(LOCAL.search(name)) != bool(LOCAL.search(job))]
    assert mixed == []
