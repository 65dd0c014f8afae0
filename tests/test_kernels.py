"""Kernels of nbval are copies of one process, and behave as kernels of their own."""

import sys

import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, start_new_kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are no copies")
ASK = {
    "chance": "__import__('numpy').random.rand()",
    "folder": "__import__('os').getcwd()",
    "backend": "__import__('matplotlib').get_backend()",
    "path": "__import__('sys').path",
}


@pytest.fixture
def kernels(tmp_path):
    """Two kernels, each as its manager and its client; afterwards none is left."""
    started = [
        start_new_kernel(kernel_name=CURRENT_ENV_KERNEL_NAME, cwd=str(tmp_path)) for _ in range(2)
    ]
    yield started
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        assert not manager.is_alive()


def test_each_has_names_chance_and_a_folder_of_its_own(kernels, tmp_path):
    found = []
    for _, client in kernels:
        assert client.execute_interactive("", timeout=60)["content"]["status"] == "ok"
        told = client.execute_interactive("mine = 1", user_expressions=ASK, timeout=60)
        given = told["content"]["user_expressions"]
        found.append({name: each["data"]["text/plain"] for name, each in given.items()})
    assert found[0].pop("chance") != found[1].pop("chance")
    assert found[0] == found[1]
    assert found[0]["folder"] == repr(str(tmp_path))
    assert "inline" in found[0]["backend"]
    other = kernels[1][1].execute_interactive("del mine", timeout=60)
    assert other["content"]["status"] == "ok"
    first = kernels[0][1].execute_interactive("mine", timeout=60)
    assert first["content"]["status"] == "ok"


def test_an_interrupt_ends_a_cell_and_not_the_kernel(kernels):
    manager, client = kernels[0]
    sent = client.execute("import time\nprint('begun')\ntime.sleep(600)")
    while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    while (reply := client.get_shell_msg(timeout=60))["parent_header"]["msg_id"] != sent:
        pass
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert client.execute_interactive("1", timeout=60)["content"]["status"] == "ok"
