import * as portable from '@trainyard/exporter/portable';

// All of it is used, so all of it is bundled.
Object.assign(globalThis, portable);
