import { foldText } from '#lib/fold-text.ts';

type CommuneType = 'xã' | 'phường' | 'thị trấn';
type DistrictType = 'huyện' | 'thị xã' | 'thành phố';

export interface Commune {
  /** Unique in the province; a name that occurs twice carries its district, e.g. `tanha-duclinh`. */
  readonly slug: string;
  readonly name: string;
  readonly type: CommuneType;
  /** Statistics code of the administrative area. */
  readonly adminCode: string;
}

export interface District {
  readonly slug: string;
  readonly name: string;
  readonly type: DistrictType;
  readonly adminCode: string;
  readonly communes: readonly Commune[];
}

interface DistrictRow {
  readonly name: string;
  readonly type: DistrictType;
  readonly adminCode: string;
  readonly wards?: string;
  readonly townships?: string;
  readonly communes?: string;
}

/** The province's 127 communes as they stood on 27 December 2016, from the list of statistics codes: name and code. */
const rows: readonly DistrictRow[] = [
  {
    name: 'Phan Thiết',
    type: 'thành phố',
    adminCode: '593',
    wards:
      'Mũi Né 22915, Hàm Tiến 22918, Phú Hài 22921, Phú Thủy 22924, Phú Tài 22927, Phú Trinh 22930, Xuân An 22933, Thanh Hải 22936, Bình Hưng 22939, Đức Nghĩa 22942, Lạc Đạo 22945, Đức Thắng 22948, Hưng Long 22951, Đức Long 22954',
    communes: 'Thiện Nghiệp 22957, Phong Nẫm 22960, Tiến Lợi 22963, Tiến Thành 22966',
  },
  {
    name: 'La Gi',
    type: 'thị xã',
    adminCode: '594',
    wards: 'Phước Hội 23231, Phước Lộc 23232, Tân Thiện 23234, Tân An 23235, Bình Tân 23237',
    communes: 'Tân Hải 23245, Tân Tiến 23246, Tân Bình 23248, Tân Phước 23268',
  },
  {
    name: 'Tuy Phong',
    type: 'huyện',
    adminCode: '595',
    townships: 'Liên Hương 22969, Phan Rí Cửa 22972',
    communes:
      'Phan Dũng 22975, Phong Phú 22978, Vĩnh Hảo 22981, Vĩnh Tân 22984, Phú Lạc 22987, Phước Thể 22990, Hòa Minh 22993, Chí Công 22996, Bình Thạnh 22999, Hòa Phú 23002',
  },
  {
    name: 'Bắc Bình',
    type: 'huyện',
    adminCode: '596',
    townships: 'Chợ Lầu 23005, Lương Sơn 23032',
    communes:
      'Phan Sơn 23008, Phan Lâm 23011, Bình An 23014, Phan Điền 23017, Hải Ninh 23020, Sông Lũy 23023, Phan Tiến 23026, Sông Bình 23029, Phan Hòa 23035, Phan Thanh 23038, Hồng Thái 23041, Phan Hiệp 23044, Bình Tân 23047, Phan Rí Thành 23050, Hòa Thắng 23053, Hồng Phong 23056',
  },
  {
    name: 'Hàm Thuận Bắc',
    type: 'huyện',
    adminCode: '597',
    townships: 'Ma Lâm 23059, Phú Long 23062',
    communes:
      'La Dạ 23065, Đông Tiến 23068, Thuận Hòa 23071, Đông Giang 23074, Hàm Phú 23077, Hồng Liêm 23080, Thuận Minh 23083, Hồng Sơn 23086, Hàm Trí 23089, Hàm Đức 23092, Hàm Liêm 23095, Hàm Chính 23098, Hàm Hiệp 23101, Hàm Thắng 23104, Đa Mi 23107',
  },
  {
    name: 'Hàm Thuận Nam',
    type: 'huyện',
    adminCode: '598',
    townships: 'Thuận Nam 23110',
    communes:
      'Mỹ Thạnh 23113, Hàm Cần 23116, Mương Mán 23119, Hàm Thạnh 23122, Hàm Kiệm 23125, Hàm Cường 23128, Hàm Mỹ 23131, Tân Lập 23134, Hàm Minh 23137, Thuận Quí 23140, Tân Thuận 23143, Tân Thành 23146',
  },
  {
    name: 'Tánh Linh',
    type: 'huyện',
    adminCode: '599',
    townships: 'Lạc Tánh 23149',
    communes:
      'Bắc Ruộng 23152, Măng Tố 23155, Nghị Đức 23158, La Ngâu 23161, Huy Khiêm 23164, Đức Tân 23167, Đức Phú 23170, Đồng Kho 23173, Gia An 23176, Đức Bình 23179, Gia Huynh 23182, Đức Thuận 23185, Suối Kiết 23188',
  },
  {
    name: 'Đức Linh',
    type: 'huyện',
    adminCode: '600',
    townships: 'Võ Xu 23191, Đức Tài 23194',
    communes:
      'Đa Kai 23197, Sùng Nhơn 23200, Mê Pu 23203, Nam Chính 23206, Đức Chính 23209, Đức Hạnh 23212, Đức Tín 23215, Vũ Hòa 23218, Tân Hà 23221, Đông Hà 23224, Trà Tân 23227',
  },
  {
    name: 'Hàm Tân',
    type: 'huyện',
    adminCode: '601',
    townships: 'Tân Minh 23230, Tân Nghĩa 23236',
    communes:
      'Sông Phan 23239, Tân Phúc 23242, Tân Đức 23251, Tân Thắng 23254, Thắng Hải 23255, Tân Hà 23257, Tân Xuân 23260, Sơn Mỹ 23266',
  },
  {
    name: 'Phú Quý',
    type: 'huyện',
    adminCode: '602',
    communes: 'Ngũ Phụng 23272, Long Hải 23275, Tam Thanh 23278',
  },
];

interface NamedArea {
  readonly name: string;
  readonly type: CommuneType;
  readonly adminCode: string;
}

function areasOf(type: CommuneType, list: string | undefined): NamedArea[] {
  if (list === undefined) return [];
  return list.split(', ').map((entry) => {
    const space = entry.lastIndexOf(' ');
    return { name: entry.slice(0, space), type, adminCode: entry.slice(space + 1) };
  });
}

function asciiSlug(name: string): string {
  return foldText(name).replaceAll(' ', '');
}

function readDistricts(): readonly District[] {
  const read = rows.map((row) => ({
    slug: asciiSlug(row.name),
    name: row.name,
    type: row.type,
    adminCode: row.adminCode,
    areas: [
      ...areasOf('phường', row.wards),
      ...areasOf('thị trấn', row.townships),
      ...areasOf('xã', row.communes),
    ],
  }));
  const occurrences = new Map<string, number>();
  for (const area of read.flatMap((district) => district.areas)) {
    const slug = asciiSlug(area.name);
    occurrences.set(slug, (occurrences.get(slug) ?? 0) + 1);
  }
  return read.map(({ areas, ...district }) => ({
    ...district,
    communes: areas.map((area) => {
      const slug = asciiSlug(area.name);
      return { ...area, slug: occurrences.get(slug) === 1 ? slug : `${slug}-${district.slug}` };
    }),
  }));
}

/** The ten districts with their communes, in the order of their statistics codes. */
export const districts: readonly District[] = readDistricts();
