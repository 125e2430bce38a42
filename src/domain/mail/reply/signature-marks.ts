/** What stands below a person's words and is none of them. Patterns are for one trimmed line in NFC. */

/** The line before a signature (RFC 3676, section 4.3); programs lose its space. */
export function isSignatureDash(line: string): boolean {
  return line === '--' || line === '—' || line === '-- --';
}

const devices = String.raw`iphone|ipad|ipod|android|samsung|galaxy|oppo|xiaomi|redmi|huawei|nokia|vivo|vsmart|blackberry|mobile|phone|điện thoại|máy tính bảng|thiết bị|yahoo|outlook|mail|thư|gmail|zimbra|windows|thunderbird`;

const sentFrom = new RegExp(
  String.raw`^(?:sent (?:from|with|by|via)|(?:đã |được |thư )?gửi (?:từ|bằng|qua|trên)|(?:đã )?được gửi từ) .{0,40}(?:${devices})`,
  'iu',
);
const getOutlook = /^(?:get|tải|tải về|tải xuống|lấy|nhận|có) (?:về )?\[?outlook (?:for|cho|dành cho) /iu;

/** What a phone or a program puts below every mail: `Sent from my iPhone`, `Gửi từ iPhone của tôi`, `Tải Outlook cho iOS`. */
export function isProgramFooter(line: string): boolean {
  return line.length <= 120 && (sentFrom.test(line) || getOutlook.test(line));
}

const closing =
  /^(?:trân trọng|trân trọng kính chào|kính thư|kính chào|trân trọng cảm ơn|xin trân trọng cảm ơn|trân trọng báo cáo|tran trong|kinh thu|best regards|kind regards|warm regards|regards|thanks and regards|thanks & regards|sincerely|yours sincerely|yours faithfully)(?: ạ)?[.,!;/]{0,2}$/iu;

const thanks =
  /^(?:xin cảm ơn|cảm ơn|cám ơn|thân mến|thân ái|thân|kính|many thanks|thanks|thank you|best|br)(?: ạ)?[.,!;/]{0,2}$/iu;

/**
 * The polite line above a name; with the few short lines below it, it is a signature. `Cảm ơn` is one only below other
 * words.
 */
export function isClosing(line: string, wrote: boolean): boolean {
  return line.length <= 40 && (closing.test(line) || (wrote && thanks.test(line)));
}

const disclaimer = [
  /^[*_]{0,2}(?:confidentiality notice|confidentiality|confidential notice|disclaimer|legal notice|legal disclaimer|privileged and confidential)\b/iu,
  /^(?:this|the information (?:in|contained in) this) (?:e-?mail|message|communication|transmission)\b.{0,160}\b(?:confidential|intended|privileged)\b/iu,
  /^(?:please )?(?:consider|think of) the environment\b/iu,
  /^(?:please )?do not print this\b/iu,
  /^if you (?:have received this|are not the intended)\b/iu,
  /^[*_]{0,2}(?:thông báo bảo mật|tuyên bố miễn trừ|miễn trừ trách nhiệm|lưu ý bảo mật|cảnh báo bảo mật)(?=[\s:*_.,]|$)/iu,
  /^(?:lưu ý:? ?)?(?:thư|thư điện tử|email|e-mail|thông điệp|nội dung thư|thông tin trong thư)(?: điện tử)? này.{0,200}(?:bảo mật|dành cho|dành riêng|riêng tư|mật\b|người nhận)/iu,
  /^(?:nếu (?:bạn|quý vị|ông\/bà|anh\/chị) (?:không phải|nhận được) )/iu,
  /^(?:vui lòng |hãy |xin hãy |đề nghị )?(?:cân nhắc|nghĩ đến|suy nghĩ).{0,40}(?:trước khi in|môi trường)/iu,
];

/** The words that an organ's server puts below every mail. */
export function isDisclaimer(line: string): boolean {
  return disclaimer.some((pattern) => pattern.test(line));
}

const banner =
  /^[[({*_]{0,3}(?:caution|warning|external|external e-?mail|external sender|cảnh báo|thư ngoài|thư từ bên ngoài)[\])}*_]{0,3}(?: ?[:!–-]|$)/iu;

/** The warning that some servers put above mail from elsewhere. */
export function isBanner(line: string): boolean {
  return (
    banner.test(line) ||
    /^you don't often get (?:e-?mail|mail) from\b/iu.test(line) ||
    /^bạn không thường (?:xuyên )?nhận (?:được )?(?:e-?mail|thư) từ /iu.test(line)
  );
}
