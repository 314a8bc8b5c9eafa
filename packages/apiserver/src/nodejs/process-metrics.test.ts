/** What `/metrics` tells of the process and of its connections. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { createMetrics } from '@pintle/machinery';
import { CertificateAuthority } from './certificate-authority.js';
import { listen } from './listen.js';
import { connectionMetrics, processMetrics } from './process-metrics.js';

it('counts connections that were lost before they were secure', async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'clients', nowMs });
  const own = await authority.issueServer({ commonName: 'server', dns: [], ips: ['127.0.0.1'], nowMs });
  const listening = await listen(async () => ({ status: 200, headers: {} }), {
    tls: { ...own, clientCaPem: (await authority.toPem()).certPem },
  });
  const metrics = createMetrics();
  connectionMetrics(metrics, listening);
  expect(await metrics.text()).toContain('\napiserver_tls_handshake_errors_total 0\n');
  const socket = connect(listening.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
  expect(await metrics.text()).toContain('\napiserver_tls_handshake_errors_total 1\n');
  await listening.close();
});

it('tells what the process uses, as far as the system tells of it', async () => {
  const metrics = createMetrics();
  processMetrics(metrics);
  const text = await metrics.text();
  for (const name of ['cpu_seconds_total', 'resident_memory_bytes', 'start_time_seconds'])
    expect(text).toMatch(new RegExp(`^process_${name} [1-9\\d.e+]+$`, 'm'));
  if (process.platform !== 'linux') return;
  for (const name of ['open_fds', 'virtual_memory_max_bytes', 'network_receive_bytes_total'])
    expect(text).toMatch(new RegExp(`^process_${name} \\d`, 'm'));
});
