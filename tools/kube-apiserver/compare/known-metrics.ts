/** Of the metrics, checks and paths that operators watch: differences that are known and stay. See docs/reference/metrics.md. */
import type { Known } from './known-difference.js';
import type { Normal } from './normalize.js';

const row = /^(\w+ › all metrics|watched › the metrics of checks|flows › metrics)$/;

/** By families, or by how they begin. */
const leftOut = [
  ...['go_', 'etcd_', 'grpc_client_', 'rest_client_', 'workqueue_', 'watch_cache_capacity', 'registered_metrics_total'],
  ...['hidden_metrics_total', 'disabled_metrics_total', 'cardinality_enforcement_', 'leader_election_master_status'],
  ...['apiextensions_', 'apiserver_selfrequest_total', 'apiserver_request_timestamp_comparison_time'],
  ...['apiserver_watch_cache_initializations_total', 'apiserver_watch_cache_read_wait_seconds'],
  ...['current_r', 'dispatch_r', 'latest_s', 'next_s_bounds', 'next_discounted_s_bounds', 'seat_fair_frac'].map(
    (name) => `apiserver_flowcontrol_${name}`,
  ),
  ...['demand_seats:', 'priority_level_', 'read_vs_write_current_requests', 'epoch_advance_total'].map(
    (name) => `apiserver_flowcontrol_${name}`,
  ),
  ...['apiserver_admission_step_admission_duration_seconds_summary', 'apiserver_envelope_encryption_'],
  ...['apiserver_storage_data_key_', 'apiserver_storage_envelope_', 'apiserver_storage_size_bytes'],
  ...['apiserver_webhooks_x509_', 'apiserver_kube_aggregator_x509_', 'apiserver_validation_declarative_validation_'],
  ...[
    'apiserver_request_terminations_total',
    'apiserver_request_aborts_total',
    'apiserver_request_post_timeout_total',
    'apiserver_storage_decode_errors_total',
    'kube_apiserver_pod_logs_',
    'apiserver_nodeport_repair_',
    'apiserver_clusterip_repair_',
    'node_authorizer_graph_actions_duration_seconds',
  ],
];

const candidates = 'start-kube-apiserver-coordinated-leader-election-controller';

/** With what only the other has left out. */
const withoutCandidates = ({ body }: Normal): string =>
  (typeof body === 'string' ? body.split('\n') : ((body as { readonly paths?: readonly string[] })?.paths ?? []))
    .filter((line) => !line.includes(candidates) && line !== '/apis/resource.k8s.io/v1')
    .join('\n');

export const knownOfWatched: readonly Known[] = [
  {
    why: 'deliberate',
    words: 'what has no meaning here is not measured, as the page of metrics tells',
    row,
    line: new RegExp(`^body\\.(${leftOut.join('|')}).*\\| absent$`),
  },
  {
    why: 'deliberate',
    words: 'the heap is told of',
    row,
    line: /^body\.nodejs_heap_size_used_bytes: absent/,
  },
  {
    why: 'deliberate',
    words:
      'an address that is taken is counted; kube-apiserver asks its older list of addresses first, which counts nothing',
    row,
    line: /^body\.kube_apiserver_clusterip_allocator_allocation_errors_total: absent/,
  },
  {
    why: 'newer',
    words: '1.34 measures policies that change objects',
    row,
    line: /^body\.apiserver_mutating_admission_policy_check_.*\| absent$/,
  },
  {
    why: 'newer',
    words: '1.34 tells apart more numbers of seats',
    row,
    line: /^body\.apiserver_flowcontrol_work_estimated_seats\.buckets\[\d\]: /,
  },
  {
    why: 'newer',
    words: '1.34 has the group and the resource as labels of their own',
    row,
    line: /^body\.apiserver_(cache_list|storage_(list|events)|init_events|terminated_watchers|watch_(cache|events)|request_body_size)\w*\.labels\[\d\]: /,
  },
  {
    why: 'surroundings',
    words: 'kube-apiserver asks itself over HTTP, and where nobody else does there are series of that',
    row: /^told › all metrics$/,
    line: /^body\.(apiserver_(requested_deprecated_apis|watch_events_(sizes|total)|init_events_total)|pod_security_evaluations_total): /,
  },
  {
    why: 'newer',
    words: '1.34 tells of its versions and of its configuration, and counts objects under another name',
    row,
    line: /^body\.(version_info|apiserver_resource_objects|apiserver_authorization_config_controller_last_config_info): .* \| absent$/,
  },
  {
    why: 'newer',
    words: '1.34 has a version of its own',
    row: /^watched › the version$/,
    line: /^body\.(minor|git\w+|goVersion|compiler|platform): /,
  },
  {
    why: 'newer',
    words: '1.34 serves more versions of resource.k8s.io and of admissionregistration.k8s.io',
    row: /^watched › the documents?\b/,
    line: /resource\.k8s\.io\/v1\b(?!beta)|admissionregistration\.k8s\.io\/v1beta1\/(watch\/)?mutatingadmissionpolic/,
  },
  {
    why: 'deliberate',
    words: 'leaders are not elected by candidates, whether or not the gate is on',
    row: /^(watched › the (paths|checks)|self › (\/|\/(livez|readyz|healthz)\?verbose|\/livez without ping)$)/,
    answers: (expected, actual) => withoutCandidates(expected) === withoutCandidates(actual),
  },
];
