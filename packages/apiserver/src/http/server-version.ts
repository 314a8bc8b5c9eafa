/** Which Kubernetes clients are told that they speak to. */

/** The version that clients are told: the Kubernetes that this server behaves as. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly platform: string;
}

/** As `/version` has it. Of what only a program of Go has, nothing is told. */
export const versionDocument = ({ major, minor, gitVersion, platform }: ServerVersion) => ({
  major,
  minor,
  emulationMajor: major,
  emulationMinor: minor,
  minCompatibilityMajor: major,
  minCompatibilityMinor: String(Number(minor) - 1),
  gitVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform,
});
