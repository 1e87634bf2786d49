import sharp, { type Exif, type Sharp } from 'sharp';
import type { CameraNotes, Picture, PictureFormat } from './picture.js';
import type { Random } from './random.js';
import { drawScene } from './scene.js';

const FRAMES = 4;

/** The picture as the bytes of an image file; the same picture and numbers give the same bytes. */
export async function renderPicture(picture: Picture, random: Random): Promise<Buffer> {
  const scenes = Array.from({ length: picture.treatment === 'animated' ? FRAMES : 1 }, () => paint(picture, random));
  const image = scenes.length > 1 ? sharp(scenes, { join: { animated: true } }) : sharp(scenes[0]);
  return encode(withNotes(treat(image, picture), picture), picture.format).toBuffer();
}

/** A drawing has transparency to begin with; a photograph has none. */
function treat(image: Sharp, { treatment }: Picture): Sharp {
  if (treatment === 'transparent' || treatment === 'animated') return image;
  return treatment === 'grey' ? image.removeAlpha().toColourspace('b-w') : image.removeAlpha();
}

function paint({ width, height, treatment }: Picture, random: Random): Buffer {
  return Buffer.from(drawScene(width, height, { random, isTransparent: treatment === 'transparent' }));
}

/** Little effort: the files are many and a few kilobytes do not matter. */
function encode(image: Sharp, format: PictureFormat): Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality: 90 });
    case 'png':
      return image.png({ compressionLevel: 6 });
    case 'webp':
      return image.webp({ quality: 80, effort: 1 });
    case 'gif':
      return image.gif({ effort: 2 });
    case 'avif':
      return image.avif({ quality: 50, effort: 1 });
    case 'tiff':
      return image.tiff({ compression: 'lzw' });
  }
}

function withNotes(image: Sharp, { notes, orientation }: Picture): Sharp {
  if (!notes) return image;
  return image.withExif(exifOf(notes)).withMetadata({ orientation });
}

/** IFD0 is about the image, IFD2 about the exposure, IFD3 about the place. */
function exifOf({ model, takenAt, offset, location }: CameraNotes): Exif {
  return {
    IFD0: { Make: 'Example', Model: model },
    IFD2: offset ? { DateTimeOriginal: takenAt, OffsetTimeOriginal: offset } : { DateTimeOriginal: takenAt },
    ...(location && { IFD3: gpsOf(location.latitude, location.longitude) }),
  };
}

function gpsOf(latitude: number, longitude: number): Record<string, string> {
  return {
    GPSLatitudeRef: latitude < 0 ? 'S' : 'N',
    GPSLatitude: degrees(latitude),
    GPSLongitudeRef: longitude < 0 ? 'W' : 'E',
    GPSLongitude: degrees(longitude),
  };
}

/** Degrees, minutes and hundredths of seconds as fractions. */
function degrees(value: number): string {
  const seconds = Math.round(Math.abs(value) * 360_000);
  return `${Math.floor(seconds / 360_000)}/1 ${Math.floor(seconds / 6_000) % 60}/1 ${seconds % 6_000}/100`;
}
