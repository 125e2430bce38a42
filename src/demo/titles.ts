/** What the leading posts of an organ are called, and what its office is called. */
export interface OrganTitles {
  readonly head: string;
  readonly deputy: string;
  readonly officeChief: string;
  /** The internal unit that the office chief leads; a commune has none. */
  readonly officeName?: string;
  readonly specialist: string;
  /** Whether the head signs for a collective (TM., Decree 30/2020, Article 13). */
  readonly collective: boolean;
}

export type OrganStyle =
  | 'people_committee'
  | 'council'
  | 'department'
  | 'inspectorate'
  | 'board'
  | 'sub_department'
  | 'centre'
  | 'school'
  | 'association'
  | 'youth_union'
  | 'standing_office';

const office = { officeChief: 'Chánh Văn phòng', officeName: 'Văn phòng' } as const;
const generalOffice = {
  officeChief: 'Trưởng phòng Hành chính - Tổng hợp',
  officeName: 'Phòng Hành chính - Tổng hợp',
} as const;
const officer = { specialist: 'Chuyên viên', collective: false } as const;
const employee = { specialist: 'Viên chức', collective: false } as const;

export const provincialTitles: Readonly<Record<OrganStyle, OrganTitles>> = {
  people_committee: {
    head: 'Chủ tịch Ủy ban nhân dân tỉnh',
    deputy: 'Phó Chủ tịch Ủy ban nhân dân tỉnh',
    officeChief: 'Chánh Văn phòng Ủy ban nhân dân tỉnh',
    officeName: 'Văn phòng Ủy ban nhân dân tỉnh',
    specialist: 'Chuyên viên',
    collective: true,
  },
  council: {
    head: 'Chủ tịch Hội đồng nhân dân tỉnh',
    deputy: 'Phó Chủ tịch Hội đồng nhân dân tỉnh',
    officeChief: 'Chánh Văn phòng Hội đồng nhân dân tỉnh',
    officeName: 'Văn phòng Hội đồng nhân dân tỉnh',
    specialist: 'Chuyên viên',
    collective: true,
  },
  department: { head: 'Giám đốc', deputy: 'Phó Giám đốc', ...office, ...officer },
  inspectorate: { head: 'Chánh Thanh tra', deputy: 'Phó Chánh Thanh tra', ...office, ...officer },
  board: { head: 'Trưởng ban', deputy: 'Phó Trưởng ban', ...office, ...officer },
  sub_department: { head: 'Chi cục trưởng', deputy: 'Phó Chi cục trưởng', ...generalOffice, ...officer },
  centre: { head: 'Giám đốc', deputy: 'Phó Giám đốc', ...generalOffice, ...employee },
  school: { head: 'Hiệu trưởng', deputy: 'Phó Hiệu trưởng', ...generalOffice, ...employee },
  association: { head: 'Chủ tịch', deputy: 'Phó Chủ tịch', ...office, ...officer },
  youth_union: { head: 'Bí thư', deputy: 'Phó Bí thư', ...office, ...officer },
  standing_office: {
    head: 'Chánh Văn phòng',
    deputy: 'Phó Chánh Văn phòng',
    officeChief: 'Trưởng bộ phận Hành chính',
    officeName: 'Bộ phận Hành chính',
    ...officer,
  },
};

/** Titles at a district's People's Committee; the area type is huyện, thị xã or thành phố. */
export function districtTitles(areaType: string): OrganTitles {
  return {
    head: `Chủ tịch Ủy ban nhân dân ${areaType}`,
    deputy: `Phó Chủ tịch Ủy ban nhân dân ${areaType}`,
    officeChief: 'Chánh Văn phòng',
    officeName: 'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân',
    specialist: 'Chuyên viên',
    collective: true,
  };
}

/** Titles at a commune's People's Committee; the area type is xã, phường or thị trấn. */
export function communeTitles(areaType: string): OrganTitles {
  return {
    head: `Chủ tịch Ủy ban nhân dân ${areaType}`,
    deputy: `Phó Chủ tịch Ủy ban nhân dân ${areaType}`,
    officeChief: 'Công chức Văn phòng - Thống kê',
    specialist: 'Công chức',
    collective: true,
  };
}

export const clerkTitle = 'Văn thư';
export const counterTitle = 'Công chức tiếp nhận và trả kết quả';
export const auditorTitle = 'Kiểm tra viên nhật ký hệ thống';
export const administratorTitle = 'Quản trị hệ thống';

const unitHeadTitles: readonly (readonly [start: string, title: string])[] = [
  ['Ban Công an', 'Trưởng Công an'],
  ['Ban Chỉ huy', 'Chỉ huy trưởng'],
  ['Ban', 'Trưởng ban'],
  ['Bộ phận', 'Trưởng bộ phận'],
  ['Đài', 'Trưởng đài'],
  ['Đội', 'Đội trưởng'],
  ['Hội', 'Chủ tịch Hội'],
  ['Thanh tra', 'Chánh Thanh tra'],
  ['Tổ', 'Tổ trưởng'],
  ['Trạm', 'Trạm trưởng'],
  ['Trung tâm', 'Giám đốc Trung tâm'],
  ['Nhà', 'Giám đốc'],
];

/** The head of an internal unit is called after the kind of unit, which its name begins with. */
export function unitHeadTitle(unitName: string): string {
  return unitHeadTitles.find(([start]) => unitName.startsWith(start))?.[1] ?? 'Trưởng phòng';
}
