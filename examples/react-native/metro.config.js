const { join, resolve } = require('node:path');
const { getDefaultConfig } = require('expo/metro-config');
const { withTrainyard } = require('@trainyard/runtime-react-native/metro');

const config = withTrainyard(getDefaultConfig(__dirname));

// An app of your own ends here. In this repository the packages are taken from their sources, so Metro must see
// those, and what they import.
const root = resolve(__dirname, '../..');
const imported = ['@noble/hashes', '@trainyard', 'fflate', 'jpeg-js', 'valibot'];
config.watchFolders = [
  join(root, 'packages/runtime'),
  ...imported.map((name) => join(root, 'node_modules', name)),
];
config.resolver.nodeModulesPaths = [join(__dirname, 'node_modules'), join(root, 'node_modules')];
config.resolver.unstable_conditionNames = ['@trainyard/source', 'require', 'react-native'];

module.exports = config;
