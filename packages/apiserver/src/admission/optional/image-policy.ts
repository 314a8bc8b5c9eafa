/**
 * ImagePolicyWebhook: somebody else says whether the images of a pod may run. What it says of a list of images is
 * remembered for a while; it is asked again where it fails for a moment, and then the configuration says what counts.
 */
import type { Pod } from '@pintle/api/core/v1';
import { forbidden, type World } from '@pintle/machinery';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import { askedAgain, retryBackoffDefaultMs } from '../webhook/ask-again.js';
import { askTarget } from '../webhook/ask-webhook.js';
import { KeptAnswers } from '../webhook/kept-answers.js';
import type { WebhookCaller, WebhookTarget } from '../webhook/webhook-caller.js';

export interface ImagePolicyConfiguration {
  readonly target: WebhookTarget;
  /** How long an approval is remembered. Default 300,000. */
  readonly allowMs?: number;
  /** How long a refusal is remembered. Default 30,000. */
  readonly denyMs?: number;
  /** How long to wait before it is asked the second time, and half as long again each time after. Default 500. */
  readonly retryBackoffMs?: number;
  /** Whether images may run where it does not answer. Default false. */
  readonly defaultAllow?: boolean;
}

interface ImageReviewStatus {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

const timeoutSeconds = 30;
const answersMax = 1_024;
const ofPolicy = '.image-policy.k8s.io/';
const audited = `imagepolicywebhook${ofPolicy}`;

export function imagePolicyWebhook(
  world: World,
  call: WebhookCaller,
  configuration: ImagePolicyConfiguration,
): AdmissionPlugin {
  const {
    target,
    allowMs = 300_000,
    denyMs = 30_000,
    retryBackoffMs = retryBackoffDefaultMs,
    defaultAllow = false,
  } = configuration;
  const answers = new KeptAnswers<ImageReviewStatus>(world.clock, answersMax);

  const statusOf = async (spec: object): Promise<ImageReviewStatus> => {
    const key = JSON.stringify(spec);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const review = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1', metadata: {}, spec, status: {} };
    const answer = await askedAgain(world, retryBackoffMs, () =>
      askTarget({ world, call }, target, review, timeoutSeconds),
    );
    const { status = {} } = answer as { readonly status?: ImageReviewStatus };
    answers.keep(key, status, status.allowed ? allowMs : denyMs);
    return status;
  };

  return {
    name: 'ImagePolicyWebhook',
    concerns: ({ operation, resource: { kind }, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      kind.group === '' &&
      kind.plural === 'pods' &&
      (subresource === undefined || subresource === 'ephemeralcontainers'),
    async validate(request) {
      const { resource, name, annotate } = request;
      let status: ImageReviewStatus;
      try {
        status = await statusOf(specOf(request));
      } catch (error) {
        world.logger.log('warn', 'the webhook of image policy did not answer', { url: target.url, error });
        if (!defaultAllow) throw forbidden(resource.kind, name, (error as Error).message);
        annotate?.(`${audited}failed-open`, 'true');
        return;
      }
      for (const [key, value] of Object.entries(status.auditAnnotations ?? {})) annotate?.(audited + key, value);
      if (status.allowed) return;
      throw forbidden(
        resource.kind,
        name,
        status.reason
          ? `image policy webhook backend denied one or more images: ${status.reason}`
          : 'one or more images rejected by webhook backend',
      );
    },
  };
}

/** What is asked: the images, in upstream's order, and the annotations that are meant for it. */
function specOf({ object, subresource, namespace }: AdmissionRequest): object {
  const { metadata, spec } = object as Pod;
  const containers =
    subresource === 'ephemeralcontainers'
      ? (spec?.ephemeralContainers ?? [])
      : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes(ofPolicy));
  return {
    ...(containers.length === 0 ? {} : { containers: containers.map(({ image }) => ({ image })) }),
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
