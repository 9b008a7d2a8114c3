// Light or dark: what the reader chose, else what the system says. Runs before the first paint.
(() => {
  const KEY = "passgate-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system";
    }
  };
  const apply = () => {
    const theme = chosen() === "system" ? (system.matches ? "dark" : "light") : chosen();
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.themeChoice = chosen();
    window.Quasar?.Dark?.set(theme === "dark");
  };
  system.addEventListener("change", apply);
  apply();
  window.passgateTheme = {
    apply,
    choose(choice) {
      try {
        localStorage.setItem(KEY, choice);
      } catch {
        // A browser without storage keeps the choice for this page only.
      }
      document.documentElement.dataset.theme = choice;
      apply();
    },
  };

  const fallbackCopy = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    (document.querySelector(".q-dialog") || document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  // Copies, and marks the button for a moment. Browsers offer the clipboard only on HTTPS and on localhost.
  window.passgateCopy = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      fallbackCopy(text);
    }
    if (!button) return;
    button.dataset.done = "";
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      delete button.dataset.done;
      button.setAttribute("aria-label", "Copy");
    }, 1400);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    event.stopPropagation();
    event.preventDefault();
    window.passgateCopy(button.dataset.copy, button);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.querySelector("[data-search]")?.click();
    }
  });
})();

// Moments: how long ago, or how long until; the exact moment is the element's title.
(() => {
  const STEPS = [
    [60, "second", 1],
    [3600, "minute", 60],
    [86400, "hour", 3600],
    [86400 * 120, "day", 86400],
    [86400 * 365, "month", 86400 * 30],
    [Infinity, "year", 86400 * 365],
  ];
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
  const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
  const passed = (moment) => {
    const seconds = (moment - Date.now()) / 1000;
    if (seconds > -5 && seconds <= 0) return "just now";
    const [, unit, size] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
    return relative.format(Math.trunc(seconds / size), unit);
  };
  const clock = (moment) => {
    const today = new Date().toDateString() === moment.toDateString();
    return today ? time.format(moment) : `${day.format(moment)}, ${time.format(moment)}`;
  };
  const styles = { relative: passed, clock, date: (moment) => dayOfYear.format(moment) };
  window.passgateMoment = (iso, style) => styles[style || "relative"](new Date(iso));
  window.passgateExact = (iso) => exact.format(new Date(iso));
})();
