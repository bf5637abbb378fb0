import type { Flow } from '../flow.ts';

const module = new URL('./relay-work.cases.ts', import.meta.url).href;

/** Three stages; the last one registers what came out and makes it champion. */
export const relayFlow: Flow = {
  name: 'relay',
  module,
  stages: [
    { name: 'first', reads: () => false },
    { name: 'second' },
    {
      name: 'third',
      async settle({ registry, run }) {
        const [file] = await registry.runs.files(run.id);
        const version = await registry.versions.register({
          model: run.pipeline,
          bundle: file!.digest,
          run: run.id,
          token: run.token,
          metrics: {},
          files: { 'number.txt': file! },
        });
        await registry.aliases.promote(version, {
          by: 'relay',
          reason: 'it came through',
          key: `run/${run.id}`,
        });
      },
    },
  ],
};

/** One stage, for many small jobs. */
export const sprintFlow: Flow = { name: 'sprint', module, stages: [{ name: 'first', reads: () => false }] };
