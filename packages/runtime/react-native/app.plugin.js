import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const library = 'onnxruntime-react-native';
const tag = '@trainyard/runtime-react-native';

/**
 * Where Expo's autolinking passes over `onnxruntime-react-native`, adds it to the native projects by hand.
 *
 * The library ships a `unimodule.json`, for which Expo takes it for one of its own modules. Then on Android its Gradle
 * project is built, but nobody registers its package, and the app ends at its start with "Cannot read property
 * 'install' of null" (issues 26796, 26925 and 29004 of microsoft/onnxruntime). What is missing is asked of Expo's
 * autolinking itself, so that a version of either that links the library is left alone.
 */
export default function withOnnxRuntime(config) {
  const root = config._internal?.projectRoot ?? process.cwd();
  const { withAppBuildGradle, withDangerousMod, withMainApplication, withSettingsGradle } = createRequire(
    join(root, 'package.json'),
  )('expo/config-plugins');
  const once = (ask) => {
    let answer;
    return (request) => {
      answer ??= ask(request.projectRoot);
      return answer;
    };
  };
  const android = once((projectRoot) => linksOf(projectRoot, 'android'));
  const change = (withMod, newContents) => (previous) =>
    withMod(previous, (mod) => {
      mod.modResults.contents = newContents(mod.modResults.contents, mod.modRequest, mod.modResults);
      return mod;
    });
  const steps = [
    change(withMainApplication, (contents, request, { path }) =>
      block(contents, 'package', android(request).registered ? undefined : registration(contents, path)),
    ),
    change(withAppBuildGradle, (contents, request) =>
      block(contents, 'project', android(request).registered ? undefined : dependency),
    ),
    change(withSettingsGradle, (contents, request) =>
      block(contents, 'include', android(request).included ? undefined : inclusion(request)),
    ),
    (previous) =>
      withDangerousMod(previous, [
        'ios',
        (mod) => {
          const { platformProjectRoot, projectRoot } = mod.modRequest;
          const file = join(platformProjectRoot, 'Podfile');
          const before = readFileSync(file, 'utf8');
          const { included } = linksOf(projectRoot, 'ios');
          const after = block(before, 'pod', included ? undefined : pod(mod.modRequest));
          if (after !== before) writeFileSync(file, after);
          return mod;
        },
      ]),
  ];
  return steps.reduce((changed, step) => step(changed), config);
}

/**
 * What Expo's autolinking does for the library, asked as the generated native projects ask it.
 * `included`: its native code is built; `registered`: on Android, its package is in the generated list too.
 */
function linksOf(projectRoot, platform) {
  const ask = (command) => {
    const script = ['--no-warnings', '--eval', "require('expo/bin/autolinking')", 'expo-modules-autolinking'];
    try {
      const options = { cwd: projectRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
      return JSON.parse(
        execFileSync(process.execPath, [...script, command, '--json', '--platform', platform], options),
      );
    } catch (cause) {
      const got = String(cause.stderr || cause.message).trim();
      throw new Error(
        `${tag}: expected an answer of expo-modules-autolinking ${command}, got ${got}; use Expo SDK 52 or newer`,
        { cause },
      );
    }
  };
  const registered = ask('react-native-config').dependencies?.[library]?.platforms?.[platform] != null;
  const included = registered || ask('resolve').modules?.some(({ packageName }) => packageName === library);
  return { registered, included };
}

const packageClass = 'ai.onnxruntime.reactnative.OnnxruntimePackage';

// How the templates of Expo, from SDK 50 on, and of React Native make the list of packages.
const registrations = [
  { after: /PackageList\(this\)\.packages\.apply\s*\{/, line: `add(${packageClass}())` },
  { after: /val packages = PackageList\(this\)\.packages\s*$/m, line: `packages.add(${packageClass}())` },
  {
    after: /packages = new PackageList\(this\)\.getPackages\(\);/,
    line: `packages.add(new ${packageClass}());`,
  },
];

function registration(contents, path) {
  const found = registrations.find(({ after }) => after.test(contents));
  if (!found)
    throw new Error(
      `${path}: expected the list PackageList(this).packages, got another template; add ${packageClass}() to the packages by hand`,
    );
  return { ...found, unless: 'OnnxruntimePackage(' };
}

// Groovy and Kotlin both read it.
const dependency = {
  after: /^dependencies\s*\{/m,
  line: `implementation(project(":${library}"))`,
  unless: new RegExp(`project\\(?\\s*['"]:${library}['"]`),
};

const folderOf = ({ projectRoot, platformProjectRoot }) => {
  const folder = dirname(createRequire(join(projectRoot, 'package.json')).resolve(`${library}/package.json`));
  return relative(platformProjectRoot, folder).replaceAll('\\', '/');
};

const inclusion = (request) => ({
  after: /^include\s*\(?\s*['"]:app['"]\)?/m,
  line: `include(":${library}"); project(":${library}").projectDir = new File(rootDir, "${folderOf(request)}/android")`,
  unless: `":${library}"`,
});

const pod = (request) => ({
  after: /^\s*use_expo_modules!/m,
  line: `pod '${library}', :path => '${folderOf(request)}'`,
  unless: `pod '${library}'`,
});

/**
 * The text with one block of ours of this name, after the line of the anchor; or with none, where nothing is to be
 * added or somebody else added it. So it comes to the same how often it is done.
 */
function block(contents, name, addition) {
  const comment = name === 'pod' ? '#' : '//';
  const clean = contents.replace(
    new RegExp(
      `\\n[ \\t]*${comment} begin ${tag} ${name}\\n[^]*?${comment} end ${tag} ${name}(?=\\n|$)`,
      'g',
    ),
    '',
  );
  if (!addition) return clean;
  const { after, line, unless } = addition;
  if (unless instanceof RegExp ? unless.test(clean) : clean.includes(unless)) return clean;
  const match = after.exec(clean);
  if (!match) throw new Error(`${tag}: expected a line like ${after}, got none; add ${line} by hand`);
  const end = clean.indexOf('\n', match.index + match[0].length);
  const at = end < 0 ? clean.length : end;
  const [, next = ''] = clean.slice(at).split('\n');
  const start = clean.lastIndexOf('\n', at - 1) + 1;
  const indent = /^\s*/.exec(next.trim() ? next : clean.slice(start, at))[0];
  const lines = [`${comment} begin ${tag} ${name}`, line, `${comment} end ${tag} ${name}`];
  return `${clean.slice(0, at)}\n${lines.map((text) => indent + text).join('\n')}${clean.slice(at)}`;
}
