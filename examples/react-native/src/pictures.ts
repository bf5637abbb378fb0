import { decodePicture, type Picture } from '@trainyard/runtime-react-native';
import { Asset } from 'expo-asset';
import { File } from 'expo-file-system';
import { ImageManipulator, SaveFormat } from 'expo-image-manipulator';
import * as ImagePicker from 'expo-image-picker';

/** What is shown, and what is classified. */
export interface Chosen {
  readonly uri: string;
  readonly picture: Picture;
}

export async function ofAsset(asset: number): Promise<Chosen> {
  const { localUri, uri } = await Asset.fromModule(asset).downloadAsync();
  const file = localUri ?? uri;
  return { uri: file, picture: await decodePicture(file, { readFile: (place) => new File(place).bytes() }) };
}

/** A picture of the user's, or undefined where none was chosen. */
export async function ofUser(from: 'camera' | 'library'): Promise<Chosen | undefined> {
  if (from === 'camera' && !(await ImagePicker.requestCameraPermissionsAsync()).granted)
    throw new Error('The camera may not be used: allow it in the settings of the phone.');
  const options = { mediaTypes: ['images'], quality: 1 } satisfies ImagePicker.ImagePickerOptions;
  const picked = await (from === 'camera'
    ? ImagePicker.launchCameraAsync(options)
    : ImagePicker.launchImageLibraryAsync(options));
  const asset = picked.assets?.[0];
  return asset && prepare(asset);
}

// Several times the model's side: the runtime makes the rest smaller, by the same arithmetic on every platform.
const side = 64;

/** The middle of a photograph, made small by the phone before JavaScript unpacks it, ink bright on dark. */
async function prepare({ uri, width, height }: ImagePicker.ImagePickerAsset): Promise<Chosen> {
  const square = Math.min(width, height);
  const originX = Math.floor((width - square) / 2);
  const originY = Math.floor((height - square) / 2);
  const rendered = await ImageManipulator.manipulate(uri)
    .crop({ originX, originY, width: square, height: square })
    .resize({ width: side, height: side })
    .renderAsync();
  const small = await rendered.saveAsync({ format: SaveFormat.PNG, base64: true });
  return { uri: small.uri, picture: brightOnDark(await decodePicture(small)) };
}

type Pixels = Awaited<ReturnType<typeof decodePicture>>;

/** Turns dark ink on paper into what the digits were trained on; the border tells which of them it is. */
function brightOnDark(picture: Pixels): Pixels {
  const { data, width, height, channels } = picture;
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
      sum += data[(y * width + x) * channels] ?? 0;
      count++;
    }
  if (sum / count < 128) return picture;
  const inverted = data.map((value, i) => (channels === 4 && i % 4 === 3 ? value : 255 - value));
  return { ...picture, data: inverted };
}
