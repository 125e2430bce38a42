import { foldText } from '#lib/fold-text.ts';
import type { Random } from './prng.ts';

/** Family names, the most frequent first. */
export const familyNames = 'Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Thông'.split(' ');

/** Middle and given names come in two halves that go together, so that nobody is called Nguyễn Thị Hùng. */
const middleHalves = [
  'Văn Hữu Đức Công Quang Minh Đình Xuân Quốc Thành Trọng Bá Duy Anh Tấn'.split(' '),
  'Thị Ngọc Thu Kim Thanh Mỹ Bích Hồng Phương Diệu Hoài Như Khánh Cẩm Tuyết'.split(' '),
] as const;

const givenHalves = [
  'Hùng Dũng Cường Tuấn Nam Sơn Hải Long Phúc Lộc Thắng Bình Hòa Trung Kiên Khoa Tài Vinh Nghĩa Tín Huy Khang Đạt Phong Tùng Lâm Toàn Quân Thịnh Việt'.split(
    ' ',
  ),
  'Lan Hương Hoa Mai Linh Trang Thảo Hạnh Nga Yến Dung Hiền Thúy Vân Oanh Loan Nhung Trinh Ngân Quyên Thủy Tâm Châu Trâm Vy My Uyên Duyên Liên Đào'.split(
    ' ',
  ),
] as const;

export const middleNames = middleHalves.flat();
export const givenNames = givenHalves.flat();

export interface FullName {
  readonly family: string;
  readonly middle: string;
  readonly given: string;
}

function pick(list: readonly string[], fraction: number): string {
  const chosen = list[Math.floor(fraction * list.length)];
  if (chosen === undefined) throw new RangeError('A fraction lies in [0, 1).');
  return chosen;
}

/** Draws a name. Squaring the fraction makes the first family names frequent, as they are in the country. */
export function drawName(random: Random): FullName {
  const half = random() < 0.5 ? 0 : 1;
  return {
    family: pick(familyNames, random() ** 2),
    middle: pick(middleHalves[half], random()),
    given: pick(givenHalves[half], random()),
  };
}

/** The name as written: family, middle, given. */
export function displayNameOf(name: FullName): string {
  return `${name.family} ${name.middle} ${name.given}`;
}

/** The given name and the initials of the others, without marks: Nguyễn Văn Hùng becomes `hung.nv`. */
export function localPartStem(name: FullName): string {
  const initials = foldText(name.family).slice(0, 1) + foldText(name.middle).slice(0, 1);
  return `${foldText(name.given)}.${initials}`;
}
