import { loadBundle } from '@trainyard/runtime-web';
import type { WebContender } from './contender.ts';

export const contender: WebContender = {
  async first(bundle, variant, pixels) {
    const classifier = await loadBundle(bundle, { variant, threads: 1 });
    return classifier.predict(pixels);
  },
  async camera(bundle, variant) {
    const classifier = await loadBundle(bundle, { variant, threads: 1 });
    return (video) => classifier.classify(video);
  },
};
