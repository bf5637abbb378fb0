import { formatProfile } from '@trainyard/trainer/node';
import { profileTraining } from '../profile-training.ts';
import type { Stage } from '../stage.ts';

/** No stage of a release, whose report has figures of its own: it prints, and leaves no files. */
const profile: Stage = async ({ folder, log }) => {
  log.log(formatProfile(await profileTraining(folder, { steps: 50, seconds: 10 })));
};

export default profile;
