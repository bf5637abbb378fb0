import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

type Config = Record<string, unknown>;
const plugin: (config: Config) => Config = (
  (await import(new URL('../app.plugin.js', import.meta.url).href)) as { default: (config: Config) => Config }
).default;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const kotlin = `class MainApplication : Application() {
      packageList =
        PackageList(this).packages.apply {
          // add(MyReactNativePackage())
        }
}
`;
const gradle = 'android {\n}\n\ndependencies {\n    implementation("com.facebook.react:react-android")\n}\n';
const settings = "rootProject.name = 'app'\n\ninclude ':app'\nincludeBuild(x)\n";
const podfile = "target 'app' do\n  use_expo_modules!\n\n  config = use_native_modules!\nend\n";

/** What Expo's autolinking would say of the library. */
interface Links {
  readonly registered: boolean;
  readonly included: boolean;
}

/** A project with an Expo that keeps its native files in memory, as far as the plugin looks. */
async function project(links: Links | 'broken', application = kotlin, build = gradle) {
  const root = await mkdtemp(join(tmpdir(), 'trainyard-plugin-'));
  folders.push(root);
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  };
  await write('package.json', '{}');
  await write('node_modules/onnxruntime-react-native/package.json', '{}');
  await write('node_modules/expo/package.json', '{ "name": "expo" }');
  await write(
    'node_modules/expo/bin/autolinking.js',
    links === 'broken'
      ? "throw new Error('no such command')"
      : `const platform = process.argv[process.argv.length - 1];
         const links = ${JSON.stringify(links)};
         const dependencies = links.registered ? { 'onnxruntime-react-native': { platforms: { [platform]: {} } } } : {};
         const modules = links.included ? [{ packageName: 'onnxruntime-react-native' }] : [];
         console.log(JSON.stringify(process.argv.includes('react-native-config') ? { dependencies } : { modules }));`,
  );
  // Mods run at once, over the files of the project.
  await write(
    'node_modules/expo/config-plugins.js',
    `const { readFileSync, writeFileSync } = require('node:fs');
     const projectRoot = ${JSON.stringify(root)};
     const modRequest = { projectRoot, platformProjectRoot: projectRoot + '/android' };
     const over = (path) => (config, action) => {
       const mod = { modRequest, modResults: { path, contents: readFileSync(projectRoot + '/' + path, 'utf8') } };
       writeFileSync(projectRoot + '/' + path, action(mod).modResults.contents);
       return config;
     };
     exports.withMainApplication = over('MainApplication.kt');
     exports.withAppBuildGradle = over('build.gradle');
     exports.withSettingsGradle = over('settings.gradle');
     exports.withDangerousMod = (config, [, action]) => {
       action({ modRequest: { projectRoot, platformProjectRoot: projectRoot + '/ios' } });
       return config;
     };`,
  );
  await write('MainApplication.kt', application);
  await write('build.gradle', build);
  await write('settings.gradle', settings);
  await write('ios/Podfile', podfile);
  const names = ['MainApplication.kt', 'build.gradle', 'settings.gradle', 'ios/Podfile'];
  return {
    root,
    write,
    run: async () => {
      plugin({ _internal: { projectRoot: root } });
      return Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
    },
  };
}

test('adds what today is missing on Android: the package, and the project it depends on', async () => {
  const { run } = await project({ registered: false, included: true });
  const first = await run();
  expect(first).toMatchInlineSnapshot(`
    [
      "class MainApplication : Application() {
          packageList =
            PackageList(this).packages.apply {
              // begin @trainyard/runtime-react-native package
              add(ai.onnxruntime.reactnative.OnnxruntimePackage())
              // end @trainyard/runtime-react-native package
              // add(MyReactNativePackage())
            }
    }
    ",
      "android {
    }

    dependencies {
        // begin @trainyard/runtime-react-native project
        implementation(project(":onnxruntime-react-native"))
        // end @trainyard/runtime-react-native project
        implementation("com.facebook.react:react-android")
    }
    ",
      "rootProject.name = 'app'

    include ':app'
    includeBuild(x)
    ",
      "target 'app' do
      use_expo_modules!

      config = use_native_modules!
    end
    ",
    ]
  `);
  expect(await run()).toEqual(first);
});

test('adds the projects too where nothing includes them', async () => {
  const { run } = await project({ registered: false, included: false });
  const first = await run();
  expect(first[2]).toContain(
    'include(":onnxruntime-react-native"); project(":onnxruntime-react-native").projectDir = new File(rootDir, "../node_modules/onnxruntime-react-native/android")',
  );
  expect(first[3]).toContain(
    "pod 'onnxruntime-react-native', :path => '../node_modules/onnxruntime-react-native'",
  );
  expect(await run()).toEqual(first);
});

test('adds nothing where the library is linked, and takes back what it added before', async () => {
  const before = await project({ registered: false, included: false });
  const added = await before.run();
  const { run, write } = await project({ registered: true, included: true });
  for (const [i, name] of ['MainApplication.kt', 'build.gradle', 'settings.gradle', 'ios/Podfile'].entries())
    await write(name, added[i]!);
  expect(await run()).toEqual([kotlin, gradle, settings, podfile]);
});

test('leaves alone what somebody else has added', async () => {
  const application = kotlin.replace('// add(MyReactNativePackage())', 'add(OnnxruntimePackage())');
  const build = gradle.replace(
    '{\n    impl',
    "{\n    implementation project(':onnxruntime-react-native')\n    impl",
  );
  const { run } = await project({ registered: false, included: true }, application, build);
  expect((await run()).slice(0, 2)).toEqual([application, build]);
});

test.each([
  [
    'Kotlin of older templates',
    '  val packages = PackageList(this).packages\n  return packages\n',
    'packages.add(ai.onnxruntime.reactnative.OnnxruntimePackage())',
  ],
  [
    'Java',
    '  List<ReactPackage> packages = new PackageList(this).getPackages();\n  return packages;\n',
    'packages.add(new ai.onnxruntime.reactnative.OnnxruntimePackage());',
  ],
])('knows %s', async (_, application, line) => {
  const { run } = await project({ registered: false, included: true }, application);
  const [changed] = await run();
  expect(changed!.split(line)).toHaveLength(2);
  expect(changed!.indexOf(line)).toBeGreaterThan(changed!.indexOf('PackageList'));
  expect(changed!.indexOf(line)).toBeLessThan(changed!.indexOf('return'));
});

test('says what to do by hand where it does not know the template', async () => {
  const { run } = await project({ registered: false, included: true }, 'class MainApplication {}\n');
  await expect(run()).rejects.toThrow(
    /MainApplication\.kt: expected the list PackageList\(this\)\.packages, got another template; add ai\.onnxruntime/,
  );
});

test('says when Expo can not be asked', async () => {
  const { run } = await project('broken');
  await expect(run()).rejects.toThrow(
    /expected an answer of expo-modules-autolinking react-native-config, got [\s\S]*no such command/,
  );
});
