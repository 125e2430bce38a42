/** Chỉ dẫn về phạm vi lưu hành (Decree 30/2020, Appendix I). */
export const circulations = ['none', 'return_after_reading', 'internal_only'] as const;
export type Circulation = (typeof circulations)[number];
export const circulationMarks: Readonly<Record<Circulation, string>> = {
  none: '',
  return_after_reading: 'XEM XONG TRẢ LẠI',
  internal_only: 'LƯU HÀNH NỘI BỘ',
};
