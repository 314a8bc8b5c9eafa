/** What is refused of a pod's volumes, in which words (cases of upstream's `TestValidateVolumes`). */
import { describe, expect, it } from '@jest/globals';
import { createFaults } from '../served.fixture.js';

const faultsOf = (...volumes: readonly object[]) =>
  createFaults({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { serviceAccountName: 'default', containers: [{ name: 'main', image: 'i' }], volumes },
  });
const at = 'spec.volumes[0]';
const relative = 'must be a relative path';
const backsteps = "must not contain '..'";
const mode = 'must be a number between 0 and 0777 (octal), both inclusive';
const iqn = 'iqn.2015-02.example.com:test';
const claim = (spec: object, metadata: object = {}) => ({
  ephemeral: {
    volumeClaimTemplate: {
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    },
  },
});

describe('a volume is taken', () => {
  it.each<readonly object[]>([
    [{}],
    [{ emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }],
    [{ hostPath: { path: '/mnt', type: 'DirectoryOrCreate' } }],
    [{ gcePersistentDisk: { pdName: 'd', partition: 0 } }],
    [{ gitRepo: { repository: 'https://example.com/r', directory: 'target' } }],
    [{ iscsi: { targetPortal: '127.0.0.1', iqn: 'eui.0123456789ABCDEF', lun: 1 } }],
    [{ iscsi: { targetPortal: '127.0.0.1', iqn: 'naa.62004567BA64678D0123456789ABCDEF', lun: 1 } }],
    [{ secret: { secretName: 's', items: [{ key: 'k', path: 'a/b..', mode: 0o644 }], defaultMode: 0o600 } }],
    [{ configMap: { name: 'c', items: [{ key: 'k', path: '.hidden' }] } }],
    [{ downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: "metadata.labels['app']" } }] } }],
    [
      {
        downwardAPI: {
          items: [{ path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.hugepages-2Mi' } }],
        },
      },
    ],
    [{ fc: { wwids: ['w'] } }],
    [{ azureDisk: { diskName: 'd', diskURI: 'https://a.blob.core.windows.net/c/d.vhd' } }],
    [{ quobyte: { registry: 'r1:7861,[fe80::1]:7861', volume: 'v' } }],
    [{ csi: { driver: 'Test-Driver.example.com', nodePublishSecretRef: { name: 's' } } }],
    [claim({ storageClassName: 'fast' }, { labels: { a: 'b' } })],
    [{ image: { reference: 'registry/data:1' } }],
    [
      {
        projected: {
          sources: [
            { secret: { name: 's', items: [{ key: 'a', path: 'a' }] } },
            { configMap: { name: 'c', items: [{ key: 'b', path: 'b' }] } },
            { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
            { clusterTrustBundle: { signerName: 'example.com/s', path: 'ca.pem' } },
            { clusterTrustBundle: { name: 'example.com:s:one', path: 'one.pem' } },
          ],
        },
      },
    ],
  ])('%j', (volume) => expect(faultsOf({ name: 'v', ...volume })).toEqual([]));
});

describe('a volume is refused', () => {
  it.each<readonly [object, readonly string[]]>([
    [{ name: '', emptyDir: {} }, [`${at}.name: Required value`]],
    [{ name: 'a.b.c', emptyDir: {} }, [`${at}.name: Invalid value: "a.b.c": must not contain dots`]],
    [
      { emptyDir: { sizeLimit: '-1Gi' } },
      [`${at}.emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity`],
    ],
    [
      { emptyDir: {}, hostPath: { path: '/mnt' } },
      [`${at}.hostPath: Forbidden: may not specify more than 1 volume type`],
    ],
    [{ hostPath: { path: '' } }, [`${at}.hostPath.path: Required value`]],
    [{ hostPath: { path: '/a/../b' } }, [`${at}.hostPath.path: Invalid value: "/a/../b": ${backsteps}`]],
    [
      { hostPath: { path: '/a', type: 'bad' } },
      [
        `${at}.hostPath.type: Unsupported value: "bad": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"`,
      ],
    ],
    [{ gitRepo: { repository: '' } }, [`${at}.gitRepo.repository: Required value`]],
    [
      { gitRepo: { repository: 'r', directory: '/d/../..' } },
      [
        `${at}.gitRepo.directory: Invalid value: "/d/../..": ${relative}`,
        `${at}.gitRepo.directory: Invalid value: "/d/../..": ${backsteps}`,
      ],
    ],
    [
      { gcePersistentDisk: { pdName: '', partition: 256 } },
      [
        `${at}.persistentDisk.pdName: Required value`,
        `${at}.persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive`,
      ],
    ],
    [{ awsElasticBlockStore: { volumeID: '' } }, [`${at}.awsElasticBlockStore.volumeID: Required value`]],
    [
      { iscsi: { targetPortal: '', iqn, lun: 256 } },
      [
        `${at}.iscsi.targetPortal: Required value`,
        `${at}.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive`,
      ],
    ],
    [{ iscsi: { targetPortal: 'p', iqn: '', lun: 1 } }, [`${at}.iscsi.iqn: Required value`]],
    [
      { iscsi: { targetPortal: 'p', iqn: 'iqn.2015-02.example.com:test:ab;cd', lun: 1 } },
      [`${at}.iscsi.iqn: Invalid value: "iqn.2015-02.example.com:test:ab;cd": must be valid format`],
    ],
    [
      { iscsi: { targetPortal: 'p', iqn: 'what', lun: 1, initiatorName: '2015-02.example.com:test' } },
      [
        `${at}.iscsi.iqn: Invalid value: "what": must be valid format starting with iqn, eui, or naa`,
        `${at}.iscsi.initiatorname: Invalid value: "2015-02.example.com:test": must be valid format starting with iqn, eui, or naa`,
      ],
    ],
    [{ iscsi: { targetPortal: 'p', iqn, lun: 1, chapAuthDiscovery: true } }, [`${at}.iscsi.secretRef: Required value`]],
    [
      { secret: { secretName: '', defaultMode: 0o1000, items: [{ key: '', path: '' }] } },
      [
        `${at}.secret.secretName: Required value`,
        `${at}.secret.defaultMode: Invalid value: 512: ${mode}`,
        `${at}.secret.items[0].key: Required value`,
        `${at}.secret.items[0].path: Required value`,
      ],
    ],
    [
      {
        configMap: {
          name: '',
          items: [
            { key: 'k', path: '../p', mode: -1 },
            { key: 'k', path: '..p' },
          ],
        },
      },
      [
        `${at}.configMap.name: Required value`,
        `${at}.configMap.items[0].path: Invalid value: "../p": ${backsteps}`,
        `${at}.configMap.items[0].mode: Invalid value: -1: ${mode}`,
        `${at}.configMap.items[1].path: Invalid value: "..p": must not start with '..'`,
      ],
    ],
    [
      { nfs: { server: '', path: 'p' } },
      [`${at}.nfs.server: Required value`, `${at}.nfs.path: Invalid value: "p": must be an absolute path`],
    ],
    [
      { glusterfs: { endpoints: '', path: '' } },
      [`${at}.glusterfs.endpoints: Required value`, `${at}.glusterfs.path: Required value`],
    ],
    [{ flocker: {} }, [`${at}.flocker: Required value: one of datasetName and datasetUUID is required`]],
    [
      { flocker: { datasetName: 'a/b', datasetUUID: 'u' } },
      [
        `${at}.flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously`,
        `${at}.flocker.datasetName: Invalid value: "a/b": must not contain '/'`,
      ],
    ],
    [{ rbd: { monitors: [], image: '' } }, [`${at}.rbd.monitors: Required value`, `${at}.rbd.image: Required value`]],
    [
      { cinder: { volumeID: '', secretRef: {} } },
      [`${at}.cinder.volumeID: Required value`, `${at}.cinder.secretRef.name: Required value`],
    ],
    [{ cephfs: { monitors: [] } }, [`${at}.cephfs.monitors: Required value`]],
    [
      { quobyte: { registry: 'r1,r2:78', volume: '' } },
      [
        `${at}.quobyte.registry: Invalid value: "r1,r2:78": must be a host:port pair or multiple pairs separated by commas`,
        `${at}.quobyte.volume: Required value`,
      ],
    ],
    [
      { downwardAPI: { items: [{ path: 'p' }] } },
      [`${at}.downwardAPI: Required value: one of fieldRef and resourceFieldRef is required`],
    ],
    [
      { downwardAPI: { items: [{ path: '/p', mode: 0o1000, fieldRef: { fieldPath: 'metadata.labels' } }] } },
      [
        `${at}.downwardAPI.path: Invalid value: "/p": ${relative}`,
        `${at}.downwardAPI.mode: Invalid value: 512: ${mode}`,
      ],
    ],
    [
      {
        downwardAPI: {
          items: [
            {
              path: 'p',
              fieldRef: { fieldPath: 'metadata.labels' },
              resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' },
            },
          ],
        },
      },
      [
        `${at}.downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously`,
      ],
    ],
    [
      { downwardAPI: { items: [{ path: 'p', resourceFieldRef: { resource: 'limits.cpu' } }] } },
      [`${at}.downwardAPI.resourceFieldRef.containerName: Required value`],
    ],
    [{ fc: {} }, [`${at}.fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both`]],
    [
      { fc: { targetWWNs: ['w'], wwids: ['v'], lun: 256 } },
      [
        `${at}.fc.targetWWNs: Invalid value: []string{"w"}: targetWWNs and wwids can not be specified simultaneously`,
        `${at}.fc.lun: Invalid value: 256: must be between 0 and 255, inclusive`,
      ],
    ],
    [{ fc: { targetWWNs: ['w'] } }, [`${at}.fc.lun: Required value: lun is required if targetWWNs is specified`]],
    [
      { flexVolume: { driver: '', options: { 'Sub.K8s.io/x': 'v', 'example.com/x': 'v' } } },
      [
        `${at}.flexVolume.driver: Required value`,
        `${at}.flexVolume.options[Sub.K8s.io/x]: Invalid value: "Sub.K8s.io/x": kubernetes.io and k8s.io namespaces are reserved`,
      ],
    ],
    [
      { azureFile: { secretName: '', shareName: '' } },
      [`${at}.azureFile.secretName: Required value`, `${at}.azureFile.shareName: Required value`],
    ],
    [
      { azureDisk: { diskName: 'd', diskURI: 'https://a/b.vhd', cachingMode: 'W', kind: 'Managed' } },
      [
        `${at}.azureDisk.cachingMode: Unsupported value: "W": supported values: "None", "ReadOnly", "ReadWrite"`,
        `${at}.azureDisk.diskURI: Unsupported value: "https://a/b.vhd": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"`,
      ],
    ],
    [
      { scaleIO: { gateway: '', system: '', volumeName: '', secretRef: { name: 's' } } },
      [
        `${at}.scaleIO.gateway: Required value`,
        `${at}.scaleIO.system: Required value`,
        `${at}.scaleIO.volumeName: Required value`,
      ],
    ],
    [
      { csi: { driver: 'a_b', nodePublishSecretRef: {} } },
      [
        `${at}.csi.driver: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        `${at}.csi.nodePublishSecretRef.name: Required value`,
      ],
    ],
    [{ persistentVolumeClaim: { claimName: '' } }, [`${at}.persistentVolumeClaim.claimName: Required value`]],
    [{ ephemeral: {} }, [`${at}.ephemeral.volumeClaimTemplate: Required value`]],
    [
      claim({ accessModes: [], resources: {} }, { name: 'n' }),
      [
        `${at}.ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set`,
        `${at}.ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required`,
        `${at}.ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value`,
      ],
    ],
    [{ image: { reference: '' } }, [`${at}.image.reference: Required value`]],
    [
      { projected: { defaultMode: -1, sources: [{ secret: { name: '' }, configMap: { name: 'c' } }] } },
      [
        `${at}.projected.defaultMode: Invalid value: -1: ${mode}`,
        `${at}.projected.sources[0].secret.name: Required value`,
        `${at}.projected.sources[0]: Forbidden: may not specify more than 1 volume type per source`,
      ],
    ],
    [
      {
        projected: {
          sources: [
            { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
            { configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
          ],
        },
      },
      [`${at}.projected: Invalid value: "c": conflicting duplicate paths`],
    ],
    [
      {
        projected: {
          sources: [
            { serviceAccountToken: { path: '', expirationSeconds: 60 } },
            { serviceAccountToken: { path: 't', expirationSeconds: 2 ** 33 } },
          ],
        },
      },
      [
        `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes`,
        `${at}.projected.path: Required value`,
        `${at}.projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds`,
      ],
    ],
    [
      { projected: { sources: [{ clusterTrustBundle: { path: 'p' } }] } },
      [`${at}.projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified`],
    ],
    [
      { projected: { sources: [{ clusterTrustBundle: { path: 'p', name: 'example.com:s:A' } }] } },
      [
        expect.stringContaining(
          `${at}.projected.sources[0].clusterTrustBundle.name: Invalid value: "example.com:s:A": not a valid clustertrustbundlename: a lowercase RFC 1123 subdomain`,
        ) as unknown as string,
      ],
    ],
  ])('%j', (volume, faults) => expect(faultsOf({ name: 'v', ...volume })).toEqual(faults));

  it('twice of one name', () => {
    expect(faultsOf({ name: 'v' }, { name: 'v' })).toEqual(['spec.volumes[1].name: Duplicate value: "v"']);
  });

  it('of a claim that another volume makes', () => {
    expect(
      faultsOf({ name: 'data', ...claim({}) }, { name: 'v', persistentVolumeClaim: { claimName: 'web-data' } }),
    ).toEqual([
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "web-data": must not reference a PVC that gets created for an ephemeral volume',
    ]);
  });

  it('with a token where the pod has no account', () => {
    const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }];
    expect(
      createFaults({
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: [{ name: 'm', image: 'i' }], volumes },
      } as never),
    ).toEqual([
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ]);
  });
});
