"""What python-client.test.ts has the official Python client do, against the kubeconfig named as an argument.

Prints what came of it as JSON, one line a step.
"""
import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
apps = client.AppsV1Api()
namespace = "default"


def say(step, value):
    print(json.dumps({"step": step, "value": value}), flush=True)


def config_map(name, **data):
    metadata = client.V1ObjectMeta(name=name, labels={"of": "python"})
    return client.V1ConfigMap(metadata=metadata, data=data)


# A list in pages, and a watch from where it ended.
for each in ("a", "b", "c"):
    core.create_namespaced_config_map(namespace, config_map(each, x="1"))
pages, token = [], None
while token != "":
    page = core.list_namespaced_config_map(namespace, label_selector="of=python", limit=2, _continue=token)
    pages.append([item.metadata.name for item in page.items])
    token = page.metadata._continue or ""
say("pages", pages)
core.patch_namespaced_config_map("a", namespace, {"data": {"x": "2"}})
core.delete_namespaced_config_map("b", namespace, body=client.V1DeleteOptions(grace_period_seconds=0))
events = []
follower = watch.Watch()
since = page.metadata.resource_version
for event in follower.stream(
    core.list_namespaced_config_map, namespace, label_selector="of=python", resource_version=since, timeout_seconds=30
):
    events.append([event["type"], event["object"].metadata.name, event["object"].data["x"]])
    if len(events) == 2:
        follower.stop()
say("watch", events)

# Errors are the server's Status.
try:
    core.create_namespaced_config_map(namespace, config_map("a"))
except ApiException as error:
    body = json.loads(error.body)
    say("refused", [error.status, body["reason"], body["message"]])

# Patches and parts of a Deployment.
labels = {"app": "web"}
apps.create_namespaced_deployment(
    namespace,
    {
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "x"}]}},
        },
    },
)
apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 0}})
say("scale", apps.read_namespaced_deployment_scale("web", namespace).spec.replicas)

# Every kind, by discovery alone: a custom one as well.
anything = dynamic.DynamicClient(client.ApiClient())
definitions = anything.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
definitions.create(
    body={
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
)
for event in definitions.watch(field_selector="metadata.name=things.example.com", timeout=30):
    conditions = event["object"].status.conditions or []
    if any(each.type == "Established" and each.status == "True" for each in conditions):
        break
anything.resources.invalidate_cache()
things = anything.resources.get(api_version="example.com/v1", kind="Thing")
thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {"size": 1}}
things.create(body=thing, namespace=namespace)
patched = things.patch(
    body={"spec": {"size": 2}}, name="t", namespace=namespace, content_type="application/merge-patch+json"
)
say("custom", patched.spec.size)

# Flags of streams are written True and False.
lines = []
for line in follower.stream(core.read_namespaced_pod_log, "clock", namespace, tail_lines=0):
    lines.append(line)
    if len(lines) == 2:
        follower.stop()
say("log", lines)
run = ["sh", "-c", "echo hello; echo oops >&2; exit 3"]
session = stream(
    core.connect_get_namespaced_pod_exec,
    "server",
    namespace,
    command=run,
    stderr=True,
    stdin=False,
    stdout=True,
    tty=False,
    _preload_content=False,
)
session.run_forever(timeout=30)
say("exec", [session.read_stdout(), session.read_stderr(), session.returncode])
shell = stream(
    core.connect_get_namespaced_pod_exec,
    "server",
    namespace,
    command="sh",
    stderr=True,
    stdin=True,
    stdout=True,
    tty=False,
    _preload_content=False,
)
shell.write_stdin("echo typed\n")
say("typed", shell.readline_stdout(timeout=30))
shell.close()
forwarded = portforward(core.connect_get_namespaced_pod_portforward, "server", namespace, ports="8080")
socket = forwarded.socket(8080)
socket.setblocking(True)
socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
answer = b""
while True:
    part = socket.recv(1024)
    if not part:
        break
    answer += part
socket.close()
say("port", answer.decode().split("\r\n\r\n", 1)[1])
