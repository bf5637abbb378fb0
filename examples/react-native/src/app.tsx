import type { Classification } from '@trainyard/runtime-common';
import { StatusBar } from 'expo-status-bar';
import { useState } from 'react';
import { Image, Pressable, ScrollView, StyleSheet, Text, useColorScheme, View } from 'react-native';
import { digits } from './digits.ts';
import { type Chosen, ofAsset, ofUser } from './pictures.ts';
import { useClassifier } from './use-classifier.ts';

interface Result {
  readonly uri: string;
  readonly classes: readonly Classification[];
  readonly milliseconds: number;
}

export function App() {
  const { classifier, error: loadError } = useClassifier();
  const [result, setResult] = useState<Result>();
  const [error, setError] = useState<string>();
  const colours = useColorScheme() === 'dark' ? dark : light;

  async function classify(choose: () => Promise<Chosen | undefined>) {
    if (!classifier) return;
    try {
      setError(undefined);
      const chosen = await choose();
      if (!chosen) return;
      const from = performance.now();
      const classes = await classifier.classify(chosen.picture, { top: 3 });
      setResult({ uri: chosen.uri, classes, milliseconds: performance.now() - from });
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    }
  }

  const text = { color: colours.text };
  return (
    <ScrollView style={{ backgroundColor: colours.page }} contentContainerStyle={styles.page}>
      <StatusBar style="auto" />
      <Text style={[styles.title, text]}>Which digit is it?</Text>
      <Text style={text}>
        {classifier
          ? `${classifier.manifest.name}, ${classifier.variant.name}, on ${classifier.provider}`
          : (loadError ?? 'Loading the bundle…')}
      </Text>
      {classifier?.passedOver.map(({ provider, reason }) => (
        <Text key={provider} style={{ color: colours.faint }}>{`${provider}: ${reason}`}</Text>
      ))}
      <View style={styles.row}>
        {digits.map((asset, digit) => (
          <Pressable
            key={asset}
            accessibilityRole="button"
            accessibilityLabel={`A picture of the digit ${digit}`}
            disabled={!classifier}
            onPress={() => classify(() => ofAsset(asset))}
          >
            <Image source={asset} style={styles.digit} />
          </Pressable>
        ))}
      </View>
      <View style={styles.row}>
        {(['camera', 'library'] as const).map((from) => (
          <Pressable
            key={from}
            accessibilityRole="button"
            disabled={!classifier}
            onPress={() => classify(() => ofUser(from))}
            style={[styles.button, { borderColor: colours.faint }]}
          >
            <Text style={text}>{from === 'camera' ? 'Take a photograph' : 'Choose a picture'}</Text>
          </Pressable>
        ))}
      </View>
      {error && <Text style={text}>{error}</Text>}
      {result && (
        <View accessibilityLiveRegion="polite" style={styles.result}>
          <Image source={{ uri: result.uri }} style={styles.picture} />
          {result.classes.map(({ label, probability }) => (
            <Text
              key={label}
              style={[styles.label, text]}
            >{`${label}   ${(probability * 100).toFixed(1)} %`}</Text>
          ))}
          <Text style={{ color: colours.faint }}>{`${result.milliseconds.toFixed(2)} ms`}</Text>
        </View>
      )}
    </ScrollView>
  );
}

const light = { page: '#ffffff', text: '#111111', faint: '#666666' };
const dark = { page: '#111111', text: '#eeeeee', faint: '#999999' };

const styles = StyleSheet.create({
  page: { padding: 24, paddingTop: 72, gap: 16 },
  title: { fontSize: 28, fontWeight: '600' },
  row: { flexDirection: 'row', flexWrap: 'wrap', gap: 8 },
  digit: { width: 56, height: 56, borderRadius: 6 },
  button: { minHeight: 48, paddingHorizontal: 16, borderWidth: 1, borderRadius: 8, justifyContent: 'center' },
  result: { alignItems: 'center', gap: 4 },
  picture: { width: 160, height: 160, borderRadius: 12 },
  label: { fontSize: 20, fontVariant: ['tabular-nums'] },
});
