// The emoji a message names most often, by Slack's short names. Promises: an unknown name stays as it was typed.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|100 💯|alarm_clock ⏰|arrow_down ⬇️|arrow_forward ▶️|arrow_left ⬅️|arrow_right ➡️
arrow_up ⬆️|arrows_counterclockwise 🔄|ballot_box_with_check ☑️|bar_chart 📊|beers 🍻|bell 🔔|black_circle ⚫|blue_heart 💙
boom 💥|bow 🙇|broken_heart 💔|bug 🐛|building_construction 🏗️|bulb 💡|bust_in_silhouette 👤|busts_in_silhouette 👥|calendar 📆
date 📅|chart_with_downwards_trend 📉|chart_with_upwards_trend 📈|checkered_flag 🏁|clap 👏|clipboard 📋|clock9 🕘|clock1 🕐
closed_lock_with_key 🔐|coffee ☕|confetti_ball 🎊|construction 🚧|crown 👑|cry 😢|double_vertical_bar ⏸️|pause_button ⏸️
dart 🎯|desktop_computer 🖥️|door 🚪|e-mail 📧|email 📧|envelope ✉️|exclamation ❗|eyes 👀|face_palm 🤦|facepalm 🤦|fast_forward ⏩|fire 🔥
flags 🎏|gear ⚙️|gem 💎|gift 🎁|globe_with_meridians 🌐|grey_question ❔|grey_exclamation ❕|grin 😁|grinning 😀|hammer_and_wrench 🛠️
handshake 🤝|heart ❤️|heavy_check_mark ✔️|heavy_minus_sign ➖|heavy_plus_sign ➕|hourglass ⌛|hourglass_flowing_sand ⏳
house 🏠|inbox_tray 📥|information_source ℹ️|joy 😂|key 🔑|label 🏷️|large_blue_circle 🔵|large_green_circle 🟢
large_orange_circle 🟠|large_purple_circle 🟣|large_yellow_circle 🟡|large_red_square 🟥|large_green_square 🟩
large_yellow_square 🟨|link 🔗|lock 🔒|loudspeaker 📢|mag 🔍|mailbox 📫|mega 📣|memo 📝|muscle 💪|new 🆕|no_entry ⛔|no_entry_sign 🚫
no_bell 🔕|octagonal_sign 🛑|ok 🆗|ok_hand 👌|open_file_folder 📂|outbox_tray 📤|package 📦|paperclip 📎|partying_face 🥳|pencil 📝|pencil2 ✏️
point_right 👉|point_up ☝️|pray 🙏|pushpin 📌|question ❓|radio_button 🔘|rainbow 🌈|raised_hands 🙌|recycle ♻️|red_circle 🔴
repeat 🔁|robot_face 🤖|rocket 🚀|rotating_light 🚨|round_pushpin 📍|runner 🏃|scroll 📜|seedling 🌱|see_no_evil 🙈|shield 🛡️|ship 🚢
shrug 🤷|sleeping 😴|slightly_smiling_face 🙂|smile 😄|smiley 😃|snowflake ❄️|sob 😭|sos 🆘|sparkles ✨|speech_balloon 💬|star ⭐
star2 🌟|stopwatch ⏱️|sunny ☀️|sweat_smile 😅|tada 🎉|test_tube 🧪|thinking_face 🤔|ticket 🎫|timer_clock ⏲️|trophy 🏆|truck 🚚|unlock 🔓
track_next ⏭️|black_right_pointing_double_triangle_with_vertical_bar ⏭️|vertical_traffic_light 🚦|warning ⚠️|wastebasket 🗑️
watch ⌚|wave 👋|wavy_dash 〰️|white_check_mark ✅|white_circle ⚪|white_large_square ⬜|black_large_square ⬛|wink 😉|wrench 🔧|x ❌
yellow_heart 💛|green_heart 💚|purple_heart 💜|zap ⚡|zzz 💤|small_blue_diamond 🔹|small_orange_diamond 🔸|small_red_triangle 🔺
small_red_triangle_down 🔻|arrow_upper_right ↗️|arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️|keycap_ten 🔟|one 1️⃣|two 2️⃣|three 3️⃣
four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|hatching_chick 🐣|sunrise 🌅|camera 📷|film_frames 🎞️|page_facing_up 📄
`;

const GLYPHS = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((entry) => {
      const space = entry.lastIndexOf(' ');
      return [entry.slice(0, space), entry.slice(space + 1)];
    }),
);

/** The character for a short name, or undefined. */
export function emoji(name) {
  return GLYPHS.get(name.toLowerCase());
}
