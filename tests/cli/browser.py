"""A browser, and what every page of ours must stand up to in it. Ends the test with 77, which is skipping it, where
Chromium, its driver, Selenium or h5py is not installed."""
import csv
import io
import json
import shutil
import sys
import time
import xml.etree.ElementTree
from pathlib import Path

try:
    import h5py  # noqa: F401, what the tests need beside the browser
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.select import Select
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
browser_program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
driver_program = shutil.which("chromedriver")
if not browser_program or not driver_program:
    print("skipped: chromium and chromedriver are not both installed")
    sys.exit(77)

from black_box import check  # noqa: E402

work = Path.cwd()
downloads = work / "downloads"
downloads.mkdir(exist_ok=True)


def open_browser(width=1280, height=900):
    options = webdriver.ChromeOptions()
    options.binary_location = browser_program
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                     "--force-prefers-reduced-motion", f"--window-size={width},{height}"]:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(driver_program), options=options)


browser = open_browser()


def visit(page):
    browser.get(f"file://{work}/{page}")


def check_quiet(page):
    """Nothing was asked of any network, and nothing went wrong."""
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    check(complaints == [], f"{page}: the console says {complaints}")
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            check(address.startswith(("file://", "data:", "blob:")), f"{page} asks for {address}")


# In the page: for each data set that is shown, how many points it has and how many of them lie within the chart, and
# how many colours there are on the canvas.
DRAWN = """
const figure = figures[arguments[0]];
if (!figure.chart) return null;
const { chart } = figure, area = chart.chartArea;
const sets = chart.data.datasets.map((set, i) => ({
  label: set.label, shown: chart.isDatasetVisible(i), points: set.data.length,
  within: chart.getDatasetMeta(i).data.filter((point) => !point.skip && !Number.isNaN(point.y) && point.x >= area.left - 1 &&
    point.x <= area.right + 1 && point.y >= area.top - 1 && point.y <= area.bottom + 1).length,
  unknown: set.data.filter((point) => point === null || Number.isNaN(point.x) || Number.isNaN(point.y)).length,
}));
const copy = document.createElement("canvas");
Object.assign(copy, { width: figure.canvas.width, height: figure.canvas.height });
const context = copy.getContext("2d", { willReadFrequently: true });
context.drawImage(figure.canvas, 0, 0);
const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
const colours = new Set();
for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 200) colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
return { sets, colours: colours.size, name: figure.name };
"""


def check_drawn(page, number):
    drawn = browser.execute_script(DRAWN, number)
    if drawn is None:
        return
    where = f"{page}, figure {drawn['name']}"
    check(any(one["points"] > one["unknown"] for one in drawn["sets"]), f"{where}: no points")
    for one in drawn["sets"]:
        check(one["within"] == one["points"] - one["unknown"], f"{where}: {one} is not all within the chart")
    check(drawn["colours"] > 2, f"{where}: nothing is drawn")


def figure_count():
    return browser.execute_script("return figures.length")


def number_of(name):
    found = browser.execute_script("return figures.findIndex((figure) => figure.name === arguments[0])", name)
    check(found >= 0, f"there is no figure {name}")
    return found


def holder(number):
    return browser.find_elements(By.CSS_SELECTOR, "figure[data-name]")[number]


def click(target):
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", target)
    target.click()


def choose(number, control, option):
    Select(holder(number).find_element(By.CSS_SELECTOR, f"select[data-control='{control}']")).select_by_visible_text(option)


def rows_of(name):
    return browser.execute_script("return figures[arguments[0]].rows()", number_of(name))


def check_every_choice(page):
    """Every option of every control draws a chart, or says that there is none."""
    for number in range(figure_count()):
        controls = [one.get_attribute("data-control") for one in holder(number).find_elements(By.TAG_NAME, "select")]
        for control in controls:
            found = holder(number).find_elements(By.CSS_SELECTOR, f"select[data-control='{control}']")
            if not found:
                continue  # another choice has taken it away
            for option in [each.text for each in Select(found[0]).options]:
                try:
                    choose(number, control, option)
                except Exception as problem:  # noqa: BLE001, whatever it is, it is told with its place
                    check(False, f"{page}: {control} = {option} cannot be chosen: {problem}")
                empty = holder(number).find_elements(By.CLASS_NAME, "empty")
                if not empty:
                    check_drawn(page, number)
    check_quiet(page)


def check_legends(page):
    for number in range(figure_count()):
        for position in range(len(holder(number).find_elements(By.CSS_SELECTOR, ".legend button"))):
            button = holder(number).find_elements(By.CSS_SELECTOR, ".legend button")[position]
            name = button.text
            click(button)
            check(button.get_attribute("aria-pressed") == "false", f"{page}: {name} is not marked as hidden")
            shown = {one["label"]: one["shown"] for one in browser.execute_script(DRAWN, number)["sets"]}
            check(shown[name] is False, f"{page}: {name} is not hidden")
            check(sum(not one for one in shown.values()) == 1, f"{page}: more than {name} is hidden")
            button.send_keys(Keys.ENTER)  # and with the keyboard
            check(button.get_attribute("aria-pressed") == "true", f"{page}: {name} does not come back")


def check_keyboard(page):
    for number in range(figure_count()):
        plot = holder(number).find_element(By.CLASS_NAME, "plot")
        readout = holder(number).find_element(By.CLASS_NAME, "readout")
        browser.execute_script("arguments[0].focus()", plot)
        before = readout.text
        plot.send_keys(Keys.ARROW_RIGHT)
        first = readout.text
        check(first not in ("", before), f"{page}: arrow keys tell nothing of figure {number}")
        plot.send_keys(Keys.END)
        check(readout.text != "", f"{page}: End tells nothing of figure {number}")
        plot.send_keys(Keys.ESCAPE)
        check(readout.text == before, f"{page}: Escape does not leave figure {number}")


def saved(number, button, name):
    file = downloads / name
    file.unlink(missing_ok=True)
    [target] = [one for one in holder(number).find_elements(By.CSS_SELECTOR, ".actions button") if one.text == button]
    click(target)
    for _ in range(100):
        if file.exists() and not list(downloads.glob("*.crdownload")):
            return file.read_bytes()
        time.sleep(0.05)
    check(False, f"{name} was not saved")


LINES = """
const figure = figures[arguments[0]];
if (figure.current.kind !== "lines") return [];
const made = figure.kind.configuration(figure.current, figure.shown_state(), light);
return made.data.datasets.filter((set) => set.showLine && !set.stepped).map((set) => [
  set.label, set.borderColor, set.data.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y)).length]);
"""


def check_lines_of(drawing, number, what):
    """Every line of the chart is in the drawing, in its colour and with all of its points."""
    paths = [(path.get("stroke"), len(path.get("d").replace("M", "L").split("L")) - 1)
             for path in drawing.iter("{http://www.w3.org/2000/svg}path") if path.get("fill") == "none"]
    for label, colour, count in browser.execute_script(LINES, number):
        drawn = any(path[0] == colour and count <= path[1] <= count + 1 for path in paths)  # it begins twice
        check(count < 2 or drawn, f"{what}: the line {label} of {count} points is not there")


def check_saving(page):
    for number in range(figure_count()):
        name = browser.execute_script("return figures[arguments[0]].file_name()", number)
        text = saved(number, "CSV", f"{name}.csv").decode()
        wanted = browser.execute_script("return figures[arguments[0]].rows()", number)
        check(list(csv.reader(io.StringIO(text))) == [[str(cell) for cell in row] for row in wanted], f"{page}: {name}.csv")
        drawing = xml.etree.ElementTree.fromstring(saved(number, "SVG", f"{name}.svg").decode())
        space = "{http://www.w3.org/2000/svg}"
        letters = [one.text for one in drawing.iter(f"{space}text")]
        title = holder(number).find_element(By.CSS_SELECTOR, "figcaption strong").text
        check(title in letters, f"{page}: {name}.svg lacks its title: {letters}")
        paths = list(drawing.iter(f"{space}path"))
        coordinates = " ".join(path.get("d") for path in paths)
        check(len(paths) > 10 and "NaN" not in coordinates, f"{page}: {name}.svg is not drawn")
        check_lines_of(drawing, number, f"{page}: {name}.svg")
        legend = [one.text for one in holder(number).find_elements(By.CSS_SELECTOR, ".legend button")]
        if len(legend) > 1:
            check(set(legend) <= set(letters), f"{page}: {name}.svg lacks a legend: {letters}")
        picture = saved(number, "PNG", f"{name}.png")
        check(picture.startswith(b"\x89PNG"), f"{page}: {name}.png")
        size = [int.from_bytes(picture[at:at + 4], "big") for at in (16, 20)]
        check(size[0] == 2460 and size[1] >= 1470 and len(picture) > 8000, f"{page}: {name}.png is {size}, {len(picture)} bytes")
    check_quiet(page)


SHIFTS = """
const done = arguments[0];
let sum = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
  .observe({ type: "layout-shift", buffered: true });
setTimeout(() => done(sum), 300);
"""


def check_layout(page):
    check(browser.execute_async_script(SHIFTS) == 0, f"{page}: what is on it moves while it opens")
    for width in (1280, 390):
        browser.set_window_size(width, 800)
        for _ in range(40):  # charts follow their frames in the next pictures of the screen
            overflow = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
            if overflow <= 0 and browser.execute_script("return innerWidth") <= width:
                break
            time.sleep(0.05)
        check(overflow <= 0, f"{page}: {overflow} pixels too wide at {width}")
        check(browser.execute_script("return innerWidth") <= width, f"{page}: the window is not {width} wide")
    browser.set_window_size(1280, 900)


def check_print(page):
    """Paper has the choices as words, and drawings of lines and letters."""
    printed = browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
    check(len(printed) > 20000, f"{page}: a print of {len(printed)} bytes")
    papers = browser.execute_script("""
      dispatchEvent(new Event("beforeprint"));
      return figures.map((figure) => figure.paper.querySelectorAll("svg path").length);""")
    check(all(count > 10 for count in papers), f"{page}: figures are not printed: {papers}")


def check_themes(page):
    colour = "return getComputedStyle(document.body).backgroundColor"
    before = browser.execute_script(colour)
    browser.find_element(By.ID, "theme").click()
    check(browser.execute_script(colour) != before, f"{page}: the theme does not change")
    check_drawn(page, 0)
    browser.find_element(By.ID, "theme").click()


def check_page(page):
    visit(page)
    check_quiet(page)
    check_layout(page)
    for number in range(figure_count()):
        check_drawn(page, number)
    check_legends(page)
    check_keyboard(page)
    check_saving(page)
    check_themes(page)
    check_print(page)
    check_every_choice(page)
