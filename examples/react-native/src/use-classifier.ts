import { loadBundle, type Picture } from '@trainyard/runtime-react-native';
import { Asset } from 'expo-asset';
import { File } from 'expo-file-system';
import { useEffect, useState } from 'react';

/** expo-file-system reads files, so nothing is copied as base64 on the way. */
const readFile = (uri: string): Promise<Uint8Array> => new File(uri).bytes();

const load = () =>
  loadBundle(Asset.fromModule(require('../assets/digits.tybundle')), {
    prefer: 'size',
    executionProviders: ['xnnpack', 'cpu'],
    readFile,
    logger: console,
  });

export type Classifier = Awaited<ReturnType<typeof load>>;
export type { Picture };

export interface ClassifierState {
  readonly classifier?: Classifier;
  readonly error?: string;
}

/** The classifier of the bundle in the assets: loaded once, warmed up, and disposed of with the component. */
export function useClassifier(): ClassifierState {
  const [state, setState] = useState<ClassifierState>({});
  useEffect(() => {
    let gone = false;
    let loaded: Classifier | undefined;
    const start = async () => {
      loaded = await load();
      await loaded.warmup();
      if (gone) await loaded.dispose();
      else setState({ classifier: loaded });
    };
    start().catch((error: unknown) => {
      if (!gone) setState({ error: error instanceof Error ? error.message : String(error) });
    });
    return () => {
      gone = true;
      void loaded?.dispose();
    };
  }, []);
  return state;
}
