/** The words of the demo's directives: fictional, in the form an office would use. Keyed by what they are about. */
export const scenarioTexts = {
  drought: {
    subject: 'Công điện về việc triển khai các biện pháp cấp bách phòng, chống hạn hán, thiếu nước sinh hoạt',
    text: `Tình hình nắng nóng kéo dài, mực nước các hồ chứa trên địa bàn tỉnh xuống thấp, nhiều xã đã thiếu nước sinh hoạt. Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. Sở Nông nghiệp và Phát triển nông thôn chủ trì cân đối nguồn nước, ưu tiên nước sinh hoạt và nước uống cho gia súc; lập phương án điều tiết các hồ chứa và báo cáo trước 16 giờ hằng ngày.
2. Ủy ban nhân dân các huyện, thị xã, thành phố rà soát từng thôn, khu phố thiếu nước; tổ chức chở nước đến dân, không để hộ nào thiếu nước ăn.
3. Ủy ban nhân dân các xã, phường, thị trấn thông báo đến từng hộ dân, cử người trực và báo ngay khi phát sinh điểm thiếu nước mới.

Nhận được Công điện này, yêu cầu các cơ quan xác nhận ngay và triển khai thực hiện.`,
  },
  signedMail: {
    subject: 'Chỉ thị về việc sử dụng thư điện tử công vụ có chữ ký số trong hoạt động của cơ quan nhà nước',
    text: `Để bảo đảm an toàn thông tin và giảm văn bản giấy, Chủ tịch Ủy ban nhân dân tỉnh chỉ thị:

1. Mọi văn bản trao đổi giữa các cơ quan trong tỉnh (trừ văn bản thuộc bí mật nhà nước) gửi qua thư điện tử công vụ và được ký số.
2. Cán bộ, công chức, viên chức không dùng hộp thư cá nhân miễn phí để trao đổi công việc.
3. Sở Thông tin và Truyền thông chủ trì hướng dẫn, kiểm tra và báo cáo kết quả thực hiện hằng quý.`,
  },
  network: {
    subject: 'Giao chủ trì nâng cấp mạng LAN và mạng diện rộng (WAN) của tỉnh, rà soát kết nối đến cấp huyện',
    text: `Theo kế hoạch ứng dụng công nghệ thông tin của tỉnh, hiện còn một số huyện chưa kết nối mạng diện rộng ổn định. Yêu cầu:

1. Sở Thông tin và Truyền thông chủ trì khảo sát, lập phương án nâng cấp mạng LAN tại các sở, ngành và mạng WAN đến 10 huyện, thị xã, thành phố; báo cáo tiến độ hằng tuần.
2. Sở Kế hoạch và Đầu tư, Sở Tài chính phối hợp thẩm định nguồn vốn.
3. Ủy ban nhân dân các huyện, thị xã, thành phố bố trí mặt bằng, cử cán bộ kỹ thuật phối hợp.`,
  },
  holidayDuty: {
    subject:
      'Về việc phân công trực lãnh đạo, trực cơ quan dịp nghỉ lễ 30/4 và 01/5 (từ ngày 30/4 đến hết ngày 03/5)',
    text: `Để bảo đảm giải quyết công việc liên tục trong dịp nghỉ lễ 30/4 và 01/5, yêu cầu thủ trưởng các cơ quan:

1. Phân công lãnh đạo và cán bộ trực 24/24 giờ từ ngày 30/4 đến hết ngày 03/5; gửi danh sách trực (họ tên, chức vụ, số điện thoại) trước khi nghỉ lễ.
2. Chủ động phòng cháy, chữa cháy, bảo vệ cơ quan; bảo đảm trật tự, an toàn giao thông và an toàn cho du khách.
3. Khi có việc đột xuất, báo ngay về Văn phòng Ủy ban nhân dân tỉnh.`,
  },
  certificates: {
    subject: 'Rà soát chứng thư số sắp hết hạn của các cơ quan trong tỉnh',
    text: `Giao Phòng Công nghệ thông tin rà soát toàn bộ chứng thư số chuyên dùng đã cấp; lập danh sách chứng thư hết hạn trong 60 ngày tới và hướng dẫn các cơ quan làm thủ tục gia hạn. Báo cáo Giám đốc Sở kết quả bằng văn bản.`,
  },
  beaches: {
    subject: 'Ra quân vệ sinh môi trường bãi biển, bảo đảm mỹ quan phục vụ du khách',
    text: `Ủy ban nhân dân thành phố yêu cầu Ủy ban nhân dân các phường, xã tổ chức thu gom rác tại bãi biển, cửa sông và các điểm tập kết; nhắc nhở các cơ sở kinh doanh ven biển ký cam kết giữ vệ sinh. Ủy ban nhân dân phường Mũi Né chủ trì xây dựng kế hoạch chung, các địa phương còn lại phối hợp.`,
  },
  meeting: {
    subject: 'Mời họp trực tuyến khẩn về bảo đảm an toàn thông tin hệ thống thư điện tử của tỉnh',
    text: `Đề nghị các đồng chí chuẩn bị báo cáo tình hình thư giả mạo gửi đến hộp thư công vụ trong tuần qua và dự họp trực tuyến với lãnh đạo Ủy ban nhân dân tỉnh vào đầu giờ chiều nay. Vắng mặt phải báo cáo và cử người dự thay.`,
  },
  oneStop: {
    subject: 'Chấn chỉnh việc giải quyết hồ sơ trễ hạn tại Bộ phận Tiếp nhận và Trả kết quả',
    text: `Qua theo dõi, còn hồ sơ của công dân bị giải quyết trễ hạn mà chưa có thư xin lỗi. Yêu cầu Ủy ban nhân dân thành phố Phan Thiết rà soát từng hồ sơ, gửi thư xin lỗi nêu rõ lý do và hẹn lại ngày trả kết quả; xác định trách nhiệm của cán bộ liên quan. Sở Nội vụ phối hợp theo dõi, tổng hợp.`,
  },
} as const satisfies Readonly<Record<string, { readonly subject: string; readonly text: string }>>;
