/** A kubeconfig with everything in it: one cluster, one user, one context. */
export interface KubeConfigFacts {
  readonly url: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

export function kubeConfigText({ url, caPem, certPem, keyPem }: KubeConfigFacts): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'pintle', cluster: { server: url, 'certificate-authority-data': base64(caPem) } }],
      users: [
        {
          name: 'pintle-admin',
          user: { 'client-certificate-data': base64(certPem), 'client-key-data': base64(keyPem) },
        },
      ],
      contexts: [{ name: 'pintle', context: { cluster: 'pintle', user: 'pintle-admin' } }],
      'current-context': 'pintle',
    },
    undefined,
    2,
  )}\n`;
}
