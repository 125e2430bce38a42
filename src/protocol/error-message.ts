import type { ErrorCode } from '#domain/hub-error.ts';

type Message = { readonly vi: string; readonly en: string };

/** What a person reads: what happened, and what to do. Docs: docs/errors.md. */
const messages: Readonly<Record<ErrorCode | 'internal', Message>> = {
  address_taken: {
    vi: 'Địa chỉ này đã có người, nhóm hoặc bí danh khác dùng.',
    en: 'The address is already used by an account, a group or an alias.',
  },
  archive_beyond_limits: {
    vi: 'Tệp nén chứa quá nhiều để kiểm tra. Gửi từng tệp riêng.',
    en: 'The archive unpacks to too much to be looked into. Send the files one by one.',
  },
  assignment_wrong_state: {
    vi: 'Nhiệm vụ không ở bước làm được việc này. Tải lại rồi xem.',
    en: 'The assignment is not at a stage where this can be done. Load it again.',
  },
  attachment_unknown: {
    vi: 'Có tệp đính kèm không còn hoặc đã dùng. Tải lên lại.',
    en: 'An attachment is not there or is used already. Upload it again.',
  },
  bad_input: {
    vi: 'Nội dung gửi lên chưa đúng. Kiểm tra ô được đánh dấu.',
    en: 'The input is not valid. Check the named field.',
  },
  deadline_after_parent: {
    vi: 'Hạn sau hạn của nhiệm vụ cấp trên. Chọn ngày sớm hơn.',
    en: 'The deadline is later than that of the assignment it belongs to.',
  },
  deadline_in_past: {
    vi: 'Hạn đã qua. Chọn thời điểm sau bây giờ.',
    en: 'The deadline has passed. Choose a later time.',
  },
  delegation_over: {
    vi: 'Việc ủy quyền đã hết hiệu lực.',
    en: 'The delegation has already ended.',
  },
  directive_already_closed: {
    vi: 'Chỉ đạo đã kết thúc. Bản ghi cũ được giữ nguyên.',
    en: 'The directive is closed. Its record is kept.',
  },
  document_wrong_state: {
    vi: 'Văn bản đang ở trạng thái không làm được việc này. Tải lại để xem trạng thái mới.',
    en: 'The document is not in a state in which this can be done. Load it again.',
  },
  duplicate_document: {
    vi: 'Văn bản cùng số, ký hiệu của cơ quan này đã được đăng ký. Kiểm tra lại, hoặc chọn vẫn đăng ký.',
    en: 'A document with the same symbol from the same organ is registered already. Check it, or register anyway.',
  },
  edit_conflict: {
    vi: 'Có người vừa sửa nội dung này. Tải lại rồi sửa tiếp; chưa ghi gì cả.',
    en: 'Somebody has changed this since it was loaded. Load it again; nothing was written.',
  },
  extension_limit_reached: {
    vi: 'Đã gia hạn đủ số lần cho phép.',
    en: 'The deadline has been extended as often as allowed.',
  },
  extension_undecided: {
    vi: 'Yêu cầu gia hạn trước chưa được quyết định.',
    en: 'An earlier request for more time has not been decided.',
  },
  draft_wrong_state: {
    vi: 'Dự thảo không ở trạng thái làm được việc này. Tải lại rồi xem.',
    en: 'The draft is not in a state in which this can be done. Load it again.',
  },
  file_infected: {
    vi: 'Tệp có mã độc; không phần nào được lưu.',
    en: 'The file holds malicious content; nothing was stored.',
  },
  file_type_mismatch: {
    vi: 'Nội dung tệp không đúng với đuôi tên tệp.',
    en: 'The content of the file is not what its name says.',
  },
  file_type_refused: {
    vi: 'Không nhận loại tệp này.',
    en: 'Files of this type are not taken.',
  },
  idempotency_key_reused: {
    vi: 'Mã lệnh này đã dùng cho nội dung khác. Gửi lại với mã mới.',
    en: 'This idempotency key was used for another request. Send again with a new key.',
  },
  internal: {
    vi: 'Có lỗi ở hệ thống. Dữ liệu không đổi. Thử lại, hoặc báo quản trị mã yêu cầu.',
    en: 'The system failed. Nothing was changed. Try again, or give the request id to an administrator.',
  },
  lead_missing: {
    vi: 'Chưa có đơn vị hoặc cá nhân chủ trì. Chọn một.',
    en: 'Nobody leads. Name one lead.',
  },
  line_break_in_field: {
    vi: 'Có ký tự không in được hoặc xuống dòng. Xóa ký tự đó rồi gửi lại.',
    en: 'A field holds a line break or a character that cannot be printed. Remove it.',
  },
  mailbox_exists: { vi: 'Hộp thư đã có.', en: 'The mailbox exists already.' },
  mailbox_has_children: { vi: 'Hộp thư còn hộp con.', en: 'The mailbox has children.' },
  mailbox_name_bad: { vi: 'Tên hộp thư không dùng được.', en: 'The mailbox name cannot be used.' },
  mailbox_protected: {
    vi: 'Hộp thư này không xóa hoặc đổi tên được.',
    en: 'This mailbox cannot be removed or renamed.',
  },
  mailbox_unknown: { vi: 'Không có hộp thư này.', en: 'There is no such mailbox.' },
  mention_not_reader: {
    vi: 'Người được nhắc không có quyền xem việc này. Bỏ tên đó, hoặc giao việc cho họ trước.',
    en: 'Somebody mentioned may not read this. Remove the name, or assign them first.',
  },
  message_too_large: { vi: 'Thư lớn hơn mức cho phép.', en: 'The message is larger than allowed.' },
  name_taken: {
    vi: 'Tên này đã được dùng.',
    en: 'This name is used already.',
  },
  no_recipient: {
    vi: 'Chưa có người nhận. Chọn ít nhất một.',
    en: 'There is no recipient. Choose at least one.',
  },
  not_found: { vi: 'Không tìm thấy.', en: 'Not found.' },
  not_permitted: { vi: 'Không có quyền làm việc này.', en: 'You may not do this.' },
  not_signed_in: { vi: 'Chưa đăng nhập.', en: 'Not signed in.' },
  origin_refused: {
    vi: 'Yêu cầu đến từ trang không được phép.',
    en: 'The request comes from a page that is not allowed.',
  },
  over_quota: { vi: 'Hộp thư đã đầy.', en: 'The mailbox is over quota.' },
  recipient_unknown: {
    vi: 'Có người nhận không tồn tại. Chọn lại trong danh bạ.',
    en: 'A recipient does not exist. Choose from the directory.',
  },
  secret_content: {
    vi: 'Hệ thống không nhận tài liệu mật; không phần nào được lưu. Chuyển theo đường tài liệu mật.',
    en: 'The hub takes no secret content; nothing was stored. Use the channel for secret documents.',
  },
  sender_not_owned: { vi: 'Không được gửi với địa chỉ này.', en: 'You may not send from this address.' },
  session_ended: { vi: 'Phiên đã kết thúc. Đăng nhập lại.', en: 'The session has ended. Sign in again.' },
  text_too_long: { vi: 'Nội dung dài quá mức cho phép.', en: 'The text is longer than allowed.' },
  time_limit_passed: {
    vi: 'Đã quá thời hạn được làm việc này.',
    en: 'The time in which this could be done has passed.',
  },
  too_many_attachments: {
    vi: 'Quá nhiều tệp đính kèm.',
    en: 'Too many attachments.',
  },
  too_many_attempts: {
    vi: 'Sai nhiều lần. Chờ rồi thử lại.',
    en: 'Too many attempts. Wait, then try again.',
  },
  too_many_kept: {
    vi: 'Đã lưu đủ số lượng cho phép. Xóa bớt rồi lưu lại.',
    en: 'No more can be kept. Delete some first.',
  },
  too_many_recipients: {
    vi: 'Quá nhiều người nhận. Dùng nhóm hoặc toàn tỉnh.',
    en: 'Too many recipients. Use a group or everyone.',
  },
  two_leads: { vi: 'Chỉ một đơn vị hoặc cá nhân được chủ trì.', en: 'There must be exactly one lead.' },
  unavailable: {
    vi: 'Hệ thống đang bận. Thử lại sau ít giây.',
    en: 'The hub is busy. Try again in a few seconds.',
  },
  unsupported_media_type: {
    vi: 'Chỉ nhận JSON (application/json).',
    en: 'Only JSON (application/json) is taken.',
  },
  wrong_credentials: { vi: 'Địa chỉ hoặc mật khẩu không đúng.', en: 'The address or the password is wrong.' },
};

export function errorMessage(code: ErrorCode | 'internal', locale: 'vi' | 'en'): string {
  return messages[code][locale];
}
