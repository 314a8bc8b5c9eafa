/** Every story, by name. */
import type { Story } from '../stage.js';
import { claimStories } from './claims.js';
import { endingStories } from './endings.js';
import { fullStories } from './full.js';
import { jobEndStories } from './job-ends.js';
import { jobStories } from './jobs.js';
import { measuringStories } from './measuring.js';
import { nodeEndStories } from './node-ends.js';
import { ownerStories } from './owners.js';
import { placingStories } from './placing.js';
import { rightsStories } from './rights.js';
import { rolloutStories } from './rollouts.js';
import { scalingStories } from './scaling.js';
import { serviceStories } from './services.js';
import { setStories } from './sets.js';
import { sliceStories } from './slices.js';
import { workloadStories } from './workloads.js';

export const stories: readonly Story[] = [
  ...jobEndStories,
  ...workloadStories,
  ...rolloutStories,
  ...setStories,
  ...jobStories,
  ...scalingStories,
  ...measuringStories,
  ...serviceStories,
  ...sliceStories,
  ...rightsStories,
  ...endingStories,
  ...ownerStories,
  ...claimStories,
  ...placingStories,
  ...nodeEndStories,
  ...fullStories,
];
