// Injected before the page's own scripts when pictures are made: cameras and a screen drawn on a canvas.
const drawn = (width, height, fps, draw) => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const g = canvas.getContext('2d');
  let t = 0;
  const paint = () => draw(g, t++);
  paint();
  setInterval(paint, 1000 / fps);
  return canvas.captureStream(fps).getVideoTracks()[0];
};

const face = (hue, width = 1280, height = 720) =>
  drawn(width, height, 20, (g, n) => {
    const t = n * 0.05 + hue;
    const wall = g.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, `hsl(${hue} 35% 78%)`);
    wall.addColorStop(1, `hsl(${(hue + 50) % 360} 40% 52%)`);
    g.fillStyle = wall;
    g.fillRect(0, 0, width, height);
    g.fillStyle = `hsl(${(hue + 20) % 360} 30% 68% / .6)`;
    g.fillRect(width * 0.08, height * 0.1, width * 0.2, height * 0.34);
    g.fillStyle = `hsl(${(hue + 80) % 360} 30% 60% / .5)`;
    g.fillRect(width * 0.76, height * 0.18, width * 0.14, height * 0.5);
    const x = width / 2 + Math.sin(t) * 10;
    const y = height * 0.46 + Math.cos(t * 0.7) * 6;
    const oval = (color, cx, cy, rx, ry, from = 0, to = 7) => {
      g.fillStyle = color;
      g.beginPath();
      g.ellipse(cx, cy, rx, ry, 0, from, to);
      g.fill();
    };
    const skin = `hsl(${18 + (hue % 24)} 45% ${52 + (hue % 22)}%)`;
    const hair = `hsl(${hue % 40} 35% ${14 + (hue % 30)}%)`;
    oval(`hsl(${(hue + 180) % 360} 45% 40%)`, x, height * 1.12, width * 0.25, height * 0.42);
    g.fillStyle = skin;
    g.fillRect(x - 42, y + 90, 84, 110);
    oval(skin, x, y, 112, 140);
    oval(hair, x, y - 66, 124, 96, Math.PI, 0);
    g.fillRect(x - 124, y - 70, 26, 60);
    g.fillRect(x + 98, y - 70, 26, 60);
    const open = Math.sin(t * 2.3) > 0.97 ? 1 : 9;
    for (const side of [-42, 42]) oval('#222', x + side, y - 6, 9, open);
    g.strokeStyle = '#7a3b34';
    g.lineWidth = 7;
    g.beginPath();
    g.arc(x, y + 44, 38, 0.25, Math.PI - 0.25);
    g.stroke();
  });

const slide = () =>
  drawn(1600, 900, 10, (g, n) => {
    g.fillStyle = '#fff';
    g.fillRect(0, 0, 1600, 900);
    g.fillStyle = '#24304a';
    g.fillRect(0, 0, 1600, 84);
    g.fillStyle = '#fff';
    g.font = '600 36px sans-serif';
    g.fillText('Orchard — apples picked by week', 44, 54);
    for (const [i, apples] of [62, 71, 55, 88, 47, 93, 66, 58].entries()) {
      g.fillStyle = i % 2 ? '#7c86f0' : '#4550c8';
      g.fillRect(120 + i * 172, 780 - apples * 6, 112, apples * 6);
      g.fillStyle = '#444';
      g.font = '26px sans-serif';
      g.fillText(`week ${i + 1}`, 132 + i * 172, 824);
      g.fillText(`${apples} kg`, 142 + i * 172, 768 - apples * 6);
    }
    g.fillStyle = `rgba(69,80,200,${0.5 + 0.5 * Math.sin(n / 5)})`;
    g.fillRect(1540, 30, 24, 24);
  });

const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
  const sound = audio ? (await real({ audio })).getTracks() : [];
  return new MediaStream([...sound, ...(video ? [face(globalThis.hue ?? 200)] : [])]);
};
navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([slide()]);
