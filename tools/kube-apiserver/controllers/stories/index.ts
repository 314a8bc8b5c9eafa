/** Every story, by name. */
import type { Story } from '../stage.js';
import { endingStories } from './endings.js';
import { jobStories } from './jobs.js';
import { placingStories } from './placing.js';
import { serviceStories } from './services.js';
import { workloadStories } from './workloads.js';

export const stories: readonly Story[] = [
  ...workloadStories,
  ...jobStories,
  ...serviceStories,
  ...endingStories,
  ...placingStories,
];
