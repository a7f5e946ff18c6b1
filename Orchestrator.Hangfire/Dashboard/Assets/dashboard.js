// What makes the dashboard's pages live. All of them work without it, but for the live graph.
(() => {
  "use strict";
  const body = document.body;
  for (const element of document.querySelectorAll("[data-without-scripts]")) element.remove();

  // Times: "5 minutes ago" stays true, and exact times are the reader's own.
  const units = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const relative = time => {
    const seconds = (time - Date.now()) / 1000;
    if (Math.abs(seconds) < 1) return "now";
    const [unit, size] = units.find(each => Math.abs(seconds) >= each[1]);
    return words.format(Math.trunc(seconds / size), unit);
  };
  const showTimes = () => {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const text = relative(Date.parse(element.dateTime));
      if (element.textContent !== text) element.textContent = text;
    }
  };
  for (const element of document.querySelectorAll("time[data-local]")) {
    element.title = element.textContent;
    element.textContent = new Date(element.dateTime).toLocaleString();
  }
  showTimes();
  setInterval(showTimes, 1000);

  // Lists: all of them at once, commands only when something is selected, and questions before what can't be undone.
  for (const form of document.querySelectorAll("form.jobs")) {
    const boxes = [...form.querySelectorAll("input[name='jobs[]']")];
    const all = form.querySelector("[data-all]");
    const buttons = [...form.querySelectorAll("[data-batch]")];
    const count = form.querySelector("[data-selected]");
    const show = () => {
      const selected = boxes.filter(box => box.checked).length;
      for (const button of buttons) button.disabled = selected === 0;
      all.checked = selected > 0 && selected === boxes.length;
      all.indeterminate = selected > 0 && selected < boxes.length;
      count.textContent = selected > 0 ? `${selected} selected` : "";
    };
    all.hidden = false;
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
    form.addEventListener("change", show);
    show();
  }
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-confirm]");
    if (button && !button.disabled && !window.confirm(button.dataset.confirm)) event.preventDefault();
  });

  // Figures: polled while somebody looks.
  const interval = Number(body.dataset.interval);
  const shown = [...document.querySelectorAll("[data-metric]")];
  const graph = document.getElementById("live");
  const rates = ["succeeded", "failed", "deleted"];
  const sources = { succeeded: "succeeded:count", failed: "failed:today", deleted: "deleted:count" };
  const names = new Set(shown.map(element => element.dataset.metric));
  if (graph) for (const kind of rates) names.add(sources[kind]);
  const points = [];
  let last = null;

  const draw = () => {
    const width = 600, height = 160, most = 60;
    const highest = Math.max(1, ...points.flatMap(point => rates.map(kind => point[kind])));
    graph.replaceChildren(...rates.map(kind => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", kind);
      path.setAttribute("d", points.map((point, index) => {
        const x = width - (points.length - 1 - index) * (width / (most - 1));
        const y = height - 2 - point[kind] / highest * (height - 8);
        return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
      }).join(""));
      return path;
    }));
    const now = points[points.length - 1];
    document.getElementById("live-rate").textContent = rates.map(kind => now[kind].toFixed(1)).join(" / ");
    if (points.length >= most) points.shift();
  };

  const measure = figures => {
    const now = { at: performance.now() };
    for (const kind of rates) now[kind] = figures[sources[kind]]?.intValue ?? 0;
    if (last) {
      const seconds = (now.at - last.at) / 1000, point = {};
      for (const kind of rates) point[kind] = Math.max(0, now[kind] - last[kind]) / seconds;
      points.push(point);
      draw();
    }
    last = now;
  };

  const poll = async () => {
    if (document.hidden) return;
    const form = new URLSearchParams();
    for (const name of names) form.append("metrics[]", name);
    const headers = body.dataset.tokenHeader ? { [body.dataset.tokenHeader]: body.dataset.token } : {};
    const answer = await fetch(body.dataset.stats, { method: "POST", body: form, headers });
    if (!answer.ok) return;
    const figures = await answer.json();
    for (const element of shown) {
      const figure = figures[element.dataset.metric];
      element.hidden = !figure;
      if (!figure) continue;
      if (element.textContent !== figure.value) element.textContent = figure.value;
      element.dataset.style = figure.style;
    }
    if (graph) measure(figures);
  };

  if (interval > 0 && names.size > 0) {
    const again = () => poll().catch(() => { /* The server is away: the next look tells. */ }).finally(() => setTimeout(again, interval));
    again();
  }
})();
