import type { UnitKind } from '#domain/organisation/organisation.ts';
import type { OrganStyle } from './titles.ts';

export interface ProvincialOrgan {
  readonly slug: string;
  /** Share in the accounts beyond the base that each organ has. */
  readonly weight: number;
  /** Abbreviation used in a document's notation. */
  readonly code: string;
  readonly name: string;
  readonly kind: UnitKind;
  readonly style: OrganStyle;
}

function organ(
  slug: string,
  weight: number,
  code: string,
  name: string,
  kind: UnitKind,
  style: OrganStyle,
): ProvincialOrgan {
  return { slug, weight, code, name, kind, style };
}

/**
 * The 51 organs at province level, each with a mail domain of its own. The first is the People's Committee together
 * with its Office: they share one domain and one clerk.
 */
export const provincialOrgans: readonly ProvincialOrgan[] = [
  organ('vpubnd', 6, 'UBND', 'Ủy ban nhân dân tỉnh Bình Thuận', 'province_pc', 'people_committee'),
  organ('hdnd', 2, 'HĐND', 'Hội đồng nhân dân tỉnh Bình Thuận', 'agency', 'council'),
  organ('snv', 4, 'SNV', 'Sở Nội vụ', 'dept', 'department'),
  organ('stp', 4, 'STP', 'Sở Tư pháp', 'dept', 'department'),
  organ('skhdt', 4, 'SKHĐT', 'Sở Kế hoạch và Đầu tư', 'dept', 'department'),
  organ('stc', 4, 'STC', 'Sở Tài chính', 'dept', 'department'),
  organ('sct', 5, 'SCT', 'Sở Công Thương', 'dept', 'department'),
  organ('snnptnt', 9, 'SNNPTNT', 'Sở Nông nghiệp và Phát triển nông thôn', 'dept', 'department'),
  organ('sgtvt', 5, 'SGTVT', 'Sở Giao thông vận tải', 'dept', 'department'),
  organ('sxd', 4, 'SXD', 'Sở Xây dựng', 'dept', 'department'),
  organ('stnmt', 6, 'STNMT', 'Sở Tài nguyên và Môi trường', 'dept', 'department'),
  organ('stttt', 3, 'STTTT', 'Sở Thông tin và Truyền thông', 'dept', 'department'),
  organ('sldtbxh', 6, 'SLĐTBXH', 'Sở Lao động - Thương binh và Xã hội', 'dept', 'department'),
  organ('svhttdl', 5, 'SVHTTDL', 'Sở Văn hóa, Thể thao và Du lịch', 'dept', 'department'),
  organ('skhcn', 3, 'SKHCN', 'Sở Khoa học và Công nghệ', 'dept', 'department'),
  organ('sgddt', 9, 'SGDĐT', 'Sở Giáo dục và Đào tạo', 'dept', 'department'),
  organ('syt', 9, 'SYT', 'Sở Y tế', 'dept', 'department'),
  organ('sngv', 2, 'SNgV', 'Sở Ngoại vụ', 'dept', 'department'),
  organ('thanhtra', 3, 'TTr', 'Thanh tra tỉnh', 'agency', 'inspectorate'),
  organ('bandantoc', 2, 'BDT', 'Ban Dân tộc', 'agency', 'board'),
  organ('bqlkcn', 2, 'BQLKCN', 'Ban Quản lý các khu công nghiệp', 'agency', 'board'),
  organ('ptth', 4, 'PTTH', 'Đài Phát thanh - Truyền hình Bình Thuận', 'public_service', 'centre'),
  organ('cdcongdong', 4, 'CĐCĐ', 'Trường Cao đẳng Cộng đồng', 'public_service', 'school'),
  organ('cdyte', 3, 'CĐYT', 'Trường Cao đẳng Y tế', 'public_service', 'school'),
  organ('cdnghe', 3, 'CĐN', 'Trường Cao đẳng Nghề', 'public_service', 'school'),
  organ('truongct', 2, 'TCT', 'Trường Chính trị tỉnh', 'public_service', 'school'),
  organ('xttm', 1, 'TTXTTM', 'Trung tâm Xúc tiến thương mại', 'public_service', 'centre'),
  organ('xtdt', 1, 'TTXTĐT', 'Trung tâm Xúc tiến đầu tư', 'public_service', 'centre'),
  organ('quydtpt', 1, 'QĐTPT', 'Quỹ Đầu tư phát triển', 'public_service', 'centre'),
  organ('ttpqd', 2, 'TTPTQĐ', 'Trung tâm Phát triển quỹ đất', 'public_service', 'centre'),
  organ(
    'bqlda-giaothong',
    2,
    'BQLDAGT',
    'Ban Quản lý dự án công trình giao thông',
    'public_service',
    'centre',
  ),
  organ('bqlda-nnptnt', 2, 'BQLDANN', 'Ban Quản lý dự án công trình nông nghiệp', 'public_service', 'centre'),
  organ('bqlda-dandung', 2, 'BQLDADD', 'Ban Quản lý dự án công trình dân dụng', 'public_service', 'centre'),
  organ('bvtinh', 8, 'BVĐK', 'Bệnh viện Đa khoa tỉnh', 'public_service', 'centre'),
  organ('ttytdp', 2, 'TTYTDP', 'Trung tâm Y tế dự phòng', 'public_service', 'centre'),
  organ('kiemlam', 5, 'CCKL', 'Chi cục Kiểm lâm', 'agency', 'sub_department'),
  organ('thuysan', 4, 'CCTS', 'Chi cục Thủy sản', 'agency', 'sub_department'),
  organ('thuyloi', 3, 'CCTL', 'Chi cục Thủy lợi', 'agency', 'sub_department'),
  organ('vtlt', 1, 'CCVTLT', 'Chi cục Văn thư - Lưu trữ', 'agency', 'sub_department'),
  organ('tdkt', 1, 'BTĐKT', 'Ban Thi đua - Khen thưởng', 'agency', 'board'),
  organ('tongiao', 1, 'BTG', 'Ban Tôn giáo', 'agency', 'board'),
  organ('ubmttq', 2, 'UBMTTQ', 'Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh', 'mass_org', 'association'),
  organ('tinhdoan', 2, 'TĐ', 'Tỉnh đoàn Bình Thuận', 'mass_org', 'youth_union'),
  organ('hoind', 2, 'HND', 'Hội Nông dân tỉnh', 'mass_org', 'association'),
  organ('hoilhpn', 2, 'HLHPN', 'Hội Liên hiệp Phụ nữ tỉnh', 'mass_org', 'association'),
  organ('hoiccb', 1, 'HCCB', 'Hội Cựu chiến binh tỉnh', 'mass_org', 'association'),
  organ('ldld', 2, 'LĐLĐ', 'Liên đoàn Lao động tỉnh', 'mass_org', 'association'),
  organ('lmhtx', 1, 'LMHTX', 'Liên minh Hợp tác xã tỉnh', 'mass_org', 'association'),
  organ('ctd', 1, 'HCTĐ', 'Hội Chữ thập đỏ tỉnh', 'mass_org', 'association'),
  organ('lhkhkt', 1, 'LHHKHKT', 'Liên hiệp các Hội Khoa học và Kỹ thuật', 'mass_org', 'association'),
  organ('pctt', 1, 'VPPCTT', 'Văn phòng thường trực Phòng, chống thiên tai', 'agency', 'standing_office'),
];
