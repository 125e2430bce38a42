/**
 * The 29 types of administrative documents (Decree 30/2020, Article 7) with their abbreviations (Appendix III). The id
 * is the abbreviation; the two types without one, công văn and thư công, have ids of our own.
 */
const names = {
  NQ: 'Nghị quyết',
  QĐ: 'Quyết định',
  CT: 'Chỉ thị',
  QC: 'Quy chế',
  QyĐ: 'Quy định',
  TC: 'Thông cáo',
  TB: 'Thông báo',
  HD: 'Hướng dẫn',
  CTr: 'Chương trình',
  KH: 'Kế hoạch',
  PA: 'Phương án',
  ĐA: 'Đề án',
  DA: 'Dự án',
  BC: 'Báo cáo',
  BB: 'Biên bản',
  TTr: 'Tờ trình',
  HĐ: 'Hợp đồng',
  CV: 'Công văn',
  CĐ: 'Công điện',
  BGN: 'Bản ghi nhớ',
  BTT: 'Bản thỏa thuận',
  GUQ: 'Giấy ủy quyền',
  GM: 'Giấy mời',
  GGT: 'Giấy giới thiệu',
  GNP: 'Giấy nghỉ phép',
  PG: 'Phiếu gửi',
  PC: 'Phiếu chuyển',
  PB: 'Phiếu báo',
  TCg: 'Thư công',
} as const;

/** Copies are no types: they have a series of their own (Decree 30/2020, Article 25 and Appendix III). */
const copyNames = { SY: 'Sao y', TrS: 'Trích sao', SL: 'Sao lục' } as const;

export type DocumentTypeCode = keyof typeof names;
export type CopyCode = keyof typeof copyNames;
export type TypeCode = DocumentTypeCode | CopyCode;

export interface DocumentType {
  readonly code: TypeCode;
  /** Tên loại, as it stands above the summary. */
  readonly name: string;
  /** What stands in the notation; absent for công văn and thư công. */
  readonly abbreviation?: string;
  readonly isCopy: boolean;
}

/** Types whose notation is the organ and the drafting unit, without an abbreviation. */
const unabbreviated: ReadonlySet<string> = new Set(['CV', 'TCg']);

function typesOf(from: Readonly<Record<string, string>>, isCopy: boolean): DocumentType[] {
  return Object.entries(from).map(([code, name]) => ({
    code: code as TypeCode,
    name,
    ...(unabbreviated.has(code) ? {} : { abbreviation: code }),
    isCopy,
  }));
}

/** In the order of Appendix III. */
export const documentTypes: readonly DocumentType[] = typesOf(names, false);
export const copyTypes: readonly DocumentType[] = typesOf(copyNames, true);
export const typeCodes = [...documentTypes, ...copyTypes].map(({ code }) => code);

const byCode = new Map([...documentTypes, ...copyTypes].map((type) => [type.code, type]));

export function documentType(code: TypeCode): DocumentType {
  const type = byCode.get(code);
  if (type === undefined) throw new RangeError(`no document type ${code}`);
  return type;
}

/**
 * Types that a province, a district or a commune may issue as normative documents (văn bản quy phạm pháp luật): the
 * council's resolutions and the committee's decisions (Law 80/2015/QH13, Article 4).
 */
export const normativeTypes: readonly TypeCode[] = ['NQ', 'QĐ'];
