// Payload codec of a corolle unit for LoRaWAN network servers (LoRa Alliance TS013-1.0.0), in ECMAScript 5.
// It is made from the table that the unit's firmware packs by: change that, and make it anew.
var TABLES = {};

function decodeUplink(input) {
  var message = own(TABLES.uplinks, input.fPort);
  if (input.fPort === TABLES.sanitary.port) {
    return outcome(function () { return readSanitary(input.bytes); });
  }
  if (input.fPort === TABLES.settings.port) {
    return outcome(function () { return readSettings(input.bytes); });
  }
  return outcome(function () {
    if (!message) { throw "unknown port"; }
    return readable(message, unpack(message.fields, input.bytes));
  });
}

// What it gives encodeDownlink writes again as it was; for what a unit would refuse it says why.
function decodeDownlink(input) {
  return outcome(function () {
    var data = readDownlink(input.fPort, input.bytes), again = encodeDownlink({ data: data });
    if (again.errors) { throw again.errors[0]; }
    return data;
  });
}

// data: verb, value, and as may be id (0 to 65535), author, for_s or until (ISO 8601 or unix seconds);
// or settings, values by name: all are taken or none. No settings, {}: the unit tells those not at their default,
// nine at a time, the first of them or those from place `from` on.
function encodeDownlink(input) {
  var data = input.data || {};
  try {
    if (data.settings !== undefined) {
      return { fPort: TABLES.settings.port, bytes: settings(data.settings, either(data.from, 0)) };
    }
    return { fPort: TABLES.command.port, bytes: pack(TABLES.command.fields, order(data)) };
  } catch (error) {
    return { errors: [sentence(error)] };
  }
}

function outcome(read) {
  try {
    return { data: read() };
  } catch (error) {
    return { errors: [sentence(error)] };
  }
}

function sentence(error) {
  return typeof error === "string" ? error : String(error && error.message);
}

// Every object has names that no table has put there, such as "constructor".
function own(table, name) {
  return Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;
}

function either(given, usual) {
  return given === undefined ? usual : given;
}

// Numbers of any width up to 53 bits, big-endian, most significant bit first.
function unpack(fields, bytes) {
  var position = 0;
  function take(bits) {
    var value = 0, i;
    if (position + bits > 8 * bytes.length) { throw "length"; }
    for (i = 0; i < bits; i++, position++) {
      value = 2 * value + (bytes[position >> 3] >> (7 - position % 8) & 1);
    }
    return value;
  }
  var values = {}, left;
  fields.forEach(function (field) {
    values[field.name] = field.limit ? takeText(field, take) : scaled(field, take(field.bits));
  });
  left = 8 * bytes.length - position;
  if (left > 7) { throw "length"; }
  if (take(left)) { throw "padding"; }
  return values;
}

function scaled(field, raw) {
  if (field.optional && raw === Math.pow(2, field.bits) - 1) { return null; }
  return (raw + field.offset * field.steps) / field.steps;
}

function takeText(field, take) {
  var length = take(field.bits), text = "", i;
  if (length > field.limit) { throw field.name; }
  for (i = 0; i < length; i++) { text += String.fromCharCode(take(8)); }
  if (!printable(text)) { throw field.name; }
  return text;
}

function printable(text) {
  return /^[ -~]*$/.test(text);
}

// Codes and bits become words, as on the gateway's own topics.
function readable(message, values) {
  var data = { type: message.type };
  message.fields.forEach(function (field) {
    var value = values[field.name];
    if (field.flags) {
      value = wordsOf(TABLES.words[field.words], value);
    } else if (field.words) {
      value = wordOf(TABLES.words[field.words], value);
    } else if (field.bits === 1) {
      value = value === 1;
    }
    data[field.name] = value;
  });
  return message.type === "event" ? event(data) : data;
}

function event(said) {
  var table = TABLES.details[said.code];
  var data = { type: "event", seq: said.seq, event: said.code, value: said.value };
  if (table && said.value >= 0) { data.detail = wordOf(TABLES.words[table], said.value); }
  data.time_s = said.time_s;
  return withTime(data, "time_s", "time");
}

// Unix seconds as ISO 8601; 0 is not known, and left out.
function withTime(data, seconds, name) {
  if (data[seconds]) { data[name] = iso(data[seconds]); }
  delete data[seconds];
  return data;
}

function iso(unix_s) {
  return new Date(1000 * unix_s).toISOString();
}

function wordOf(words, code) {
  return words[code] || "code " + code;
}

function wordsOf(words, flags) {
  var found = [], bit;
  for (bit = 0; Math.pow(2, bit) <= flags; bit++) {
    if (Math.floor(flags / Math.pow(2, bit)) % 2) { found.push(wordOf(words, bit)); }
  }
  return found;
}

function littleEndian(bytes, at, length) {
  return length ? bytes[at] + 256 * littleEndian(bytes, at + 1, length - 1) : 0;
}

// What a unit runs: the hash of all its settings, and some of those that are not at their default.
function readSettings(bytes) {
  if (bytes.length < 6) { throw "length"; }
  return {
    type: "settings",
    settings: readPairs(bytes, 6),
    hash: littleEndian(bytes, 0, 4),
    total: bytes[4],
    from: bytes[5]
  };
}

function readPairs(bytes, at) {
  var values = {}, name, value;
  if ((bytes.length - at) % 5) { throw "length"; }
  for (; at < bytes.length; at += 5) {
    name = nameOf(littleEndian(bytes, at, 2));
    value = littleEndian(bytes, at + 2, 3);
    if (own(values, name) !== undefined) { throw name + " stands there twice"; }
    values[name] = value < 8388608 ? value : value - 16777216;
  }
  return values;
}

function readDownlink(port, bytes) {
  var data;
  if (port === TABLES.settings.port) {
    if (bytes.length === 1) { return { type: "settings", settings: {}, from: bytes[0] }; }
    if (!bytes.length) { throw "length"; }
    return { type: "settings", settings: readPairs(bytes, 0) };
  }
  if (port !== TABLES.command.port) { throw "unknown port"; }
  data = readable(TABLES.command, unpack(TABLES.command.fields, bytes));
  data.until = iso(data.until_s);
  delete data.until_s;
  return data;
}

function nameOf(mark) {
  return Object.keys(TABLES.settings.rows).filter(function (name) {
    return TABLES.settings.rows[name][0] === mark;
  })[0] || "mark " + mark;
}

function settings(wanted, from) {
  var bytes = [], names;
  if (wanted === null || typeof wanted !== "object" || Array.isArray(wanted)) {
    throw "settings = " + wanted + " is no object of values by name";
  }
  names = Object.keys(wanted);
  within("settings", names.length, [0, TABLES.settings.most, "at a time"]);
  within("from", from, [0, 255]);
  names.forEach(function (name) {
    var row = own(TABLES.settings.rows, name), value;
    if (!row) { throw "a " + TABLES.kind + " has no setting " + name; }
    value = within(name, wanted[name], row.slice(1)) + (wanted[name] < 0 ? 16777216 : 0);
    bytes.push(row[0] % 256, row[0] >> 8, value % 256, (value >> 8) % 256, value >> 16);
  });
  return bytes.length ? bytes : [from];
}

// A record of a canopy's sanitary log: 32 bytes, little-endian.
function readSanitary(bytes) {
  if (bytes.length !== 32) { throw "length"; }
  var author = String.fromCharCode.apply(null, bytes.slice(12, 24)).replace(/\0+$/, "");
  if (!littleEndian(bytes, 0, 4) || bytes[9] || !bytes[8] || !printable(author)) { throw "unknown structure"; }
  return withTime({
    type: "sanitary",
    number: littleEndian(bytes, 0, 4),
    operation: wordOf(TABLES.sanitary.words, bytes[8]),
    value: littleEndian(bytes, 10, 2),
    author: author,
    record: Array.prototype.map.call(bytes, function (byte) {
      return (256 + byte).toString(16).slice(1);
    }).join(""),
    time_s: littleEndian(bytes, 4, 4)
  }, "time_s", "time");
}

function order(data) {
  var now_s = Math.floor(Date.now() / 1000), legal = own(TABLES.verbs, data.verb);
  if (!legal) {
    throw "a " + TABLES.kind + " takes " + Object.keys(TABLES.verbs).join(", ") + ", not " + data.verb;
  }
  return {
    id: either(data.id, now_s % 65536),
    verb: TABLES.words.VERBS.indexOf(data.verb),
    value: within("value", either(data.value, legal[0]), legal),
    until_s: end(data.for_s, data.until, now_s),
    author: either(data.author, "city")
  };
}

// Unix seconds at which an order ends: after an hour, where nothing is said.
function end(for_s, until, now_s) {
  var latest = Math.pow(2, 32) - 1;
  if (until === undefined) { return now_s + within("for_s", whole(either(for_s, 3600)), [1, latest - now_s, "s"]); }
  return within("until", whole(typeof until === "string" ? Date.parse(until) / 1000 : until), [0, latest, "s"]);
}

// A fraction of a second is left out.
function whole(seconds) {
  return typeof seconds === "number" ? Math.floor(seconds) : seconds;
}

function within(name, value, legal) {
  if (value !== Math.floor(value) || value < legal[0] || value > legal[1]) {
    throw (name + " = " + value + " is outside " + legal[0] + ".." + legal[1] + " " + (legal[2] || "")).trim();
  }
  return value;
}

function pack(fields, values) {
  var bits = [];
  function put(value, width) {
    for (var i = width - 1; i >= 0; i--) { bits.push(Math.floor(value / Math.pow(2, i)) % 2); }
  }
  fields.forEach(function (field) {
    var value = values[field.name];
    if (field.limit) {
      putText(field, value, put);
    } else {
      put(within(field.name, value, [0, Math.pow(2, field.bits) - 1, field.unit]), field.bits);
    }
  });
  return bytesOf(bits);
}

function putText(field, text, put) {
  if (typeof text !== "string" || text.length > field.limit || !printable(text)) {
    throw field.name + " is not printable ASCII of at most " + field.limit;
  }
  put(text.length, field.bits);
  for (var i = 0; i < text.length; i++) { put(text.charCodeAt(i), 8); }
}

function bytesOf(bits) {
  var bytes = [];
  bits.forEach(function (bit, i) {
    bytes[i >> 3] = (bytes[i >> 3] || 0) | bit << (7 - i % 8);
  });
  return bytes;
}
