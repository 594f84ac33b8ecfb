// Tells the server the person's own time zone, so that "today" is theirs. Loads the page once more when it was shown in another.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = document.cookie.split("; ").includes(`time-zone=${zone}`);
if (zone && !known) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `time-zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  const kept = document.cookie.split("; ").includes(`time-zone=${zone}`);
  if (kept && document.documentElement.dataset.zone !== zone) location.reload();
}
