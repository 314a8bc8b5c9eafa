/** What `fieldRef` names: a pod's own fields, as text. Pure. Source: kubelet's `fieldpath`, and the pod's runtime values. */
import type { Pod } from '@pintle/api/core/v1';

export interface PodFieldContext {
  readonly pod: Pod;
  readonly podIP: string | undefined;
  readonly hostIP: string;
}

/** A field path that no pod has. */
export class FieldPathError extends Error {
  readonly code = 'PINTLE_FIELD_PATH';
  constructor(path: string) {
    super(`unsupported fieldPath: ${path}`);
    this.name = 'FieldPathError';
  }
}

export function fieldValue(path: string, { pod, podIP, hostIP }: PodFieldContext): string {
  const { metadata, spec } = pod;
  const entry = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (entry !== null) return metadata[entry[1] as 'labels' | 'annotations']?.[entry[2]!] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapText(metadata.labels);
    case 'metadata.annotations':
      return mapText(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return podIP ?? '';
    default:
      throw new FieldPathError(path);
  }
}

/** A line a key, in order, its value quoted. */
function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map![key])}`)
    .join('\n');
}
