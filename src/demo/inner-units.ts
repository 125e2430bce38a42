/** Names of the units within an organ, in the order in which they are opened as the organ grows. */

const specialised: Readonly<Record<string, readonly string[]>> = {
  vpubnd: [
    'Phòng Tổng hợp',
    'Phòng Kinh tế ngành',
    'Phòng Khoa giáo - Văn xã',
    'Phòng Nội chính',
    'Phòng Quản trị - Tài vụ',
    'Trung tâm Tin học',
    'Ban Tiếp công dân',
  ],
  stttt: [
    'Phòng Công nghệ thông tin',
    'Phòng Bưu chính - Viễn thông',
    'Phòng Thông tin - Báo chí - Xuất bản',
    'Thanh tra Sở',
    'Phòng Kế hoạch - Tài chính',
    'Trung tâm Công nghệ thông tin và Truyền thông',
  ],
  snnptnt: [
    'Phòng Kế hoạch - Tài chính',
    'Phòng Quản lý xây dựng công trình',
    'Phòng Trồng trọt',
    'Phòng Chăn nuôi',
    'Thanh tra Sở',
    'Trung tâm Khuyến nông',
    'Trung tâm Nước sạch và Vệ sinh môi trường nông thôn',
  ],
};

const ofAnyOrgan: readonly string[] = [
  'Phòng Tổ chức cán bộ',
  'Phòng Kế hoạch - Tài chính',
  'Phòng Pháp chế',
  'Thanh tra',
  'Phòng Nghiệp vụ',
  'Phòng Quản lý chuyên ngành',
  'Phòng Quản lý dự án',
  'Phòng Hợp tác và Phát triển',
  'Phòng Kiểm tra - Giám sát',
  'Phòng Thi đua - Tuyên truyền',
  'Phòng Công nghệ thông tin',
  'Phòng Thống kê - Dự báo',
  'Phòng Đào tạo - Bồi dưỡng',
  'Phòng Quản lý chất lượng',
  'Phòng Thẩm định',
  'Phòng Quản trị - Thiết bị',
  'Phòng Kế toán',
  'Phòng Khoa học và Hợp tác quốc tế',
  'Phòng Chính sách',
  'Phòng Quản lý địa bàn',
  'Phòng Cải cách hành chính',
  'Trung tâm Dịch vụ công',
  'Trung tâm Thông tin - Tư liệu',
  'Trung tâm Tư vấn',
  'Tổ Kiểm tra lưu động',
  'Tổ Lưu trữ',
  'Tổ Phục vụ',
  'Đội Quản lý hiện trường',
  'Trạm Đông Giang',
  'Trạm Phan Rí',
];

const ofDistricts: readonly string[] = [
  'Phòng Nội vụ',
  'Phòng Tài chính - Kế hoạch',
  'Phòng Kinh tế',
  'Phòng Văn hóa và Thông tin',
  'Phòng Tài nguyên và Môi trường',
  'Phòng Tư pháp',
  'Phòng Lao động - Thương binh và Xã hội',
  'Phòng Giáo dục và Đào tạo',
  'Phòng Y tế',
  'Phòng Hạ tầng - Đô thị',
  'Phòng Dân tộc',
  'Thanh tra',
  'Bộ phận Tiếp nhận và Trả kết quả',
  'Ban Quản lý dự án',
  'Ban Tiếp công dân',
  'Ban Quản lý công trình công cộng',
  'Đài Truyền thanh - Truyền hình',
  'Trung tâm Văn hóa - Thể thao',
  'Trung tâm Bồi dưỡng chính trị',
  'Trung tâm Phát triển quỹ đất',
  'Trung tâm Dân số - Kế hoạch hóa gia đình',
  'Trung tâm Kỹ thuật và Dịch vụ nông nghiệp',
  'Trung tâm Giáo dục nghề nghiệp',
  'Trạm Khuyến nông',
  'Đội Quản lý trật tự xây dựng',
  'Hội Chữ thập đỏ',
  'Nhà Thiếu nhi',
  'Tổ Thư viện',
];

const ofCommunes: readonly string[] = ['Ban Tài chính - Kế toán', 'Ban Công an', 'Ban Chỉ huy Quân sự'];

/** Inner units of a province-level organ: its own kinds first, then what any organ may have. */
export function provincialInnerUnits(slug: string): readonly string[] {
  return [...new Set([...(specialised[slug] ?? []), ...ofAnyOrgan])];
}

export const districtInnerUnits = ofDistricts;
export const communeInnerUnits = ofCommunes;

/** The marks of the five tones. An abbreviation drops them and keeps the letter: Ủy ban becomes UB, Đội stays Đ. */
const toneMarks = /[\u0300\u0301\u0303\u0309\u0323]/g;

/** Abbreviation for a document's notation: the initials, without the words phòng, và and tỉnh. */
export function abbreviationOf(name: string): string {
  return name
    .replace(/^Phòng /, '')
    .split(/[\s,-]+/)
    .filter((word) => word !== 'và' && word !== 'tỉnh')
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('')
    .normalize('NFD')
    .replaceAll(toneMarks, '')
    .normalize('NFC');
}
