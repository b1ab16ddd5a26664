import type { TestTexts } from './texts.ts';

const turn: TestTexts['advice']['turn-udp'] = {
  'turn-unreachable': {
    what: 'The TURN server does not answer.',
    user: 'Calls work without it where media over UDP or TCP passes above. Else try another network.',
    admin:
      'Let the network out to the address below. If others cannot reach it either: see whether the TURN server runs and its port is open.',
  },
  'turn-refused': {
    what: 'The TURN server does not accept the credentials that the server gave.',
    user: 'Send this report to whoever runs the server.',
    admin:
      'PARLEY_TURN_SECRET of the Worker and static-auth-secret of coturn must be the same, and both clocks right.',
  },
  'turn-no-way': {
    what: 'The TURN server answers, and nothing comes back from the media node through it.',
    user: 'Send this report to whoever runs the server.',
    admin:
      'The TURN server must reach the media node over UDP: its firewall, and allowed-peer-ip where the node’s address is private.',
  },
};

export const en: TestTexts = {
  title: 'Connection test',
  intro:
    'Finds out in about half a minute whether calls work on this device and network, and what to do where they do not.',
  withDevices: 'Also test camera and microphone; nothing of them is sent',
  inRoom: (room) => `The test joins the room ${room} as one or two guests, whom others there can see.`,
  start: 'Start the test',
  again: 'Test again',
  stop: 'Stop',
  skip: 'Skip this',
  copyText: 'Copy as text',
  copyJson: 'Copy as JSON',
  copied: 'Copied',
  copyFailed: 'The browser does not copy it. Select the text and copy it yourself.',
  home: 'Parley: to the start page',
  forYou: 'What you can do',
  forAdmin: 'For your network’s or the server’s administrator',
  serverAddresses: 'Addresses',
  code: 'Code',
  seconds: (value) => `${value} s`,
  summary: {
    passed: 'Everything works',
    warning: 'Calls work, with something to improve',
    failed: 'Calls do not work here',
    stopped: 'The test was stopped',
  },
  outcome: {
    passed: 'passed',
    warning: 'warning',
    failed: 'failed',
    skipped: 'left out',
    running: 'running',
    waiting: 'not tested yet',
  },
  checks: {
    browser: 'Browser',
    devices: 'Camera and microphone',
    server: 'Server',
    signaling: 'Connection to the room',
    udp: 'Media over UDP',
    tcp: 'Media over TCP',
    'turn-udp': 'TURN over UDP',
    'turn-tcp': 'TURN over TCP',
    'turn-tls': 'TURN over TLS',
    publish: 'Sending picture and sound',
    subscribe: 'Receiving picture and sound',
    reconnect: 'Coming back after a loss',
    quality: 'Quality',
  },
  found: {
    works: 'works',
    worksNot: 'does not work',
    camera: 'camera',
    microphone: 'microphone',
    answered: (ms) => `answered in ${ms}`,
    socket: (open, ping, join) => `opened in ${open}, ping ${ping}, joined in ${join}`,
    connected: (ms, way) => `connected in ${ms}, ${way}`,
    sent: (size, rate, way) => `${size}, ${rate}, ${way}`,
    received: (size, frames) => `${size}, ${frames} frames/s`,
    delay: (ms) => `${ms} behind`,
    back: (socket, media) => `room back after ${socket}, media after ${media}`,
    roundTrip: (ms) => `round trip ${ms}`,
    loss: (up, down) => `loss ↑ ${up} ↓ ${down}`,
    jitter: (up, down) => `jitter ↑ ${up} ↓ ${down}`,
    rates: (up, down) => `↑ ${up} ↓ ${down}`,
  },
  skipped: {
    'not-wanted': 'Left out on request.',
    'not-configured': 'This server offers none.',
    'second-token':
      'One access token is one person, and this takes two: open the test with a second one, #token=…&receiver=…',
  },
  needs: (check) => `Needs “${check}”.`,
  unexpected: {
    what: 'The test itself failed.',
    user: 'Run it again, or in another browser, and send this report to whoever runs the server.',
  },
  calls: {
    'token-missing': {
      what: 'This server lets in only who has an access token.',
      user: 'Open the test from a link that brings one: ask whoever invites you to meetings.',
      admin:
        'The link is /test#token=JWT&receiver=JWT, with tokens of two identities for one room: docs/authentication.md, “Test a connection”.',
    },
    'token-refused': {
      what: 'The server does not accept the access token of this link.',
      user: 'Ask for a new link: the old one may have expired.',
      admin: 'What the code means is in docs/authentication.md, “What can be wrong”.',
    },
    lobby: {
      what: 'The room has a lobby, and nobody let the test in.',
      user: 'Ask for a link to a room without a lobby.',
      admin: 'Make the test’s tokens for a room of its own.',
    },
    unreachable: {
      what: 'No connection to the server.',
      user: 'Check the network. VPNs, and programs that filter the web, may be in the way.',
      admin: 'Let WebSockets to this server through proxies and firewalls (wss, port 443).',
    },
    'no-media-node': {
      what: 'The server is there, but has no media node right now, so that there is neither picture nor sound.',
      user: 'Your network is not the reason. Try again later, or tell whoever runs the server.',
      admin: 'No media node is connected or has room: docs/troubleshooting.md, “No node connected”.',
    },
    'not-permitted': {
      what: 'The access token does not allow to send picture or sound.',
      user: 'Ask for a link that does.',
      admin: 'Give the test’s tokens the grant publish with camera and microphone.',
    },
    refused: {
      what: 'The server refused the call.',
      user: 'Try again in a minute; else send this report to whoever runs the server.',
      admin: 'What the code means is in docs/troubleshooting.md, “Error codes”.',
    },
  },
  advice: {
    browser: {
      'insecure-page': {
        what: 'The page was not opened over https://, so that browsers give it neither camera nor microphone.',
        user: 'Open it with https:// in front of the address.',
        admin: 'Serve the page over HTTPS.',
      },
      'no-webrtc': {
        what: 'This browser has no WebRTC, without which there are no calls.',
        user: 'Update it, or use a current Chrome, Edge, Firefox or Safari. Extensions that block WebRTC have to be off.',
        admin: 'Policies can switch WebRTC off: see what your organisation sets.',
      },
      'no-capture': {
        what: 'This browser gives pages neither camera nor microphone.',
        user: 'Use a current Chrome, Edge, Firefox or Safari, not the window inside another app.',
      },
      'no-codec': {
        what: 'This browser lacks the formats for picture or sound that calls need.',
        user: 'Update it, or use another.',
      },
    },
    devices: {
      'permission-denied': {
        what: 'The browser may not use them.',
        user: 'Allow camera and microphone in the site settings beside the address, and in the system’s privacy settings; then test again.',
        admin: 'Policies can forbid both: see what your organisation sets for this address.',
      },
      'no-device': {
        what: 'Not both were found.',
        user: 'Plug in what is missing. Without it you can still watch and listen.',
      },
      'device-in-use': {
        what: 'One is there and does not start.',
        user: 'Close other programs and tabs that use it, then test again.',
      },
      'capture-unsupported': {
        what: 'The browser does not offer them to this page.',
        user: 'Open the page with https://, in a current browser.',
      },
      'capture-failed': {
        what: 'One could not be started.',
        user: 'Unplug it and plug it in again, or start the device anew; then test again.',
      },
    },
    server: {
      'no-answer': {
        what: 'The server does not answer.',
        user: 'Check the network. VPNs, and programs that filter the web, may be in the way.',
        admin: 'Let HTTPS to this server through; see whether its /health answers.',
      },
      'not-parley': {
        what: 'Something else answers in the server’s place.',
        user: 'A network that wants you to sign in first does so: open any page and sign in.',
        admin: 'A proxy in between, or /health does not lead to the Worker.',
      },
      degraded: {
        what: 'The server is there, but has no media node right now.',
        user: 'Your network is not the reason. Try again later, or tell whoever runs the server.',
        admin: 'See docs/troubleshooting.md, “No node connected”.',
      },
    },
    signaling: {
      'socket-blocked': {
        what: 'No WebSocket to the server can be opened.',
        user: 'VPNs, web filters and virus scanners may be in the way: try without them, or another network.',
        admin:
          'Let WebSockets to this server through proxies and firewalls (wss, port 443), without inspection.',
      },
    },
    udp: {
      'no-candidates': {
        what: 'The media node offers no UDP.',
        user: 'Your network is not the reason. Calls work over another way that passes below.',
        admin: 'The node’s PARLEY_LISTEN_IPS and PARLEY_ANNOUNCED_ADDRESS: apps/media/README.md.',
      },
      blocked: {
        what: 'UDP does not get through to the media node: a firewall is in the way.',
        user: 'Calls work over another way that passes below, with more delay. Better: another network, without VPN.',
        admin:
          'Let UDP out to the addresses below, and the answers in. If nobody gets through: open these ports at the node, and see PARLEY_ANNOUNCED_ADDRESS.',
      },
    },
    tcp: {
      'no-candidates': {
        what: 'The media node offers no TCP.',
        user: 'Calls need UDP, or a TURN server, then.',
        admin: 'Let nodes listen on TCP too, for networks without UDP: apps/media/README.md.',
      },
      blocked: {
        what: 'TCP does not get through to the media node.',
        user: 'Where UDP or TURN passes, nothing. Else try another network.',
        admin: 'Let TCP out to the addresses below; at the node, open the same ports for TCP as for UDP.',
      },
    },
    'turn-udp': turn,
    'turn-tcp': turn,
    'turn-tls': turn,
    publish: {
      'no-way': {
        what: 'Picture and sound find no way to the media node.',
        user: 'Try another network, without VPN.',
        admin:
          'One of the ways above has to pass: UDP, TCP, or a TURN server over TLS on port 443 (infra/coturn).',
      },
      'not-acknowledged': {
        what: 'Connected, but the media node does not report that anything arrives.',
        user: 'Test again; else send this report to whoever runs the server.',
        admin:
          'Something lets the first packets through and drops the rest: look at firewalls that limit UDP.',
      },
      'low-bitrate': {
        what: 'Little gets through: enough for sound, not for a good picture.',
        user: 'Go nearer to the access point, use a cable, end downloads. In calls, turn the camera off.',
        admin: 'Traffic shaping or a full uplink; or the device is too slow to encode.',
      },
    },
    subscribe: {
      'no-way': {
        what: 'No way for what is received.',
        user: 'Test again; else try another network.',
        admin: 'Sending found a way and receiving did not: look at limits for each address on firewalls.',
      },
      'no-picture': {
        what: 'No picture came back.',
        user: 'Test again in another browser.',
        admin:
          'See the room’s statistics (/api/rooms/ROOM/stats) and docs/troubleshooting.md, “Quality issues”.',
      },
      'no-sound': {
        what: 'The tone did not come back.',
        user: 'Start the test with the button and leave the tab in front; then test again.',
      },
      'few-frames': {
        what: 'The picture moves in jerks.',
        user: 'Close other programs and tabs; the device or the network is busy.',
      },
      'long-delay': {
        what: 'The picture comes late.',
        user: 'Close other programs and tabs, go nearer to the access point, or use another network.',
        admin: 'The way to the server is long or its queues are full; a media node nearer by helps.',
      },
    },
    reconnect: {
      'socket-not-back': {
        what: 'The room did not come back after its connection was cut.',
        user: 'Test again; after a loss in a call, reload the page.',
        admin: 'A proxy that allows few WebSockets, or an edge that is overloaded.',
      },
      'media-not-back': {
        what: 'Media did not come back after its way was looked for anew.',
        user: 'Test again; after a loss in a call, reload the page.',
        admin: 'Firewalls that pin one UDP flow, or a node under load.',
      },
      slow: { what: 'It takes long to come back.', user: 'Calls pause when the network changes.' },
    },
    quality: {
      loss: {
        what: 'Packets are lost.',
        user: 'Go nearer to the access point, use a cable, end downloads.',
        admin: 'Wireless coverage, a full line, or traffic shaping of UDP.',
      },
      latency: {
        what: 'The way to the media node is long.',
        user: 'Turn a VPN off; people will answer late.',
        admin: 'A media node nearer by helps, and full queues in between hurt.',
      },
      jitter: {
        what: 'Packets come unevenly, so that sound is buffered for longer.',
        user: 'Go nearer to the access point, use a cable, end downloads.',
      },
      'low-bitrate': {
        what: 'Little gets through: enough for sound, not for a good picture.',
        user: 'Go nearer to the access point, use a cable, end downloads.',
        admin: 'Traffic shaping or a full uplink; or the device is too slow to encode.',
      },
    },
  },
};
